const ending = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/**
 * From now on a signal that would end this process waits: `tell` is called at the first one. Returns
 * what lets go of it, and ends this process as the signal would have, if one came.
 */
export function holdSignals(tell: () => void): () => void {
  let received: (typeof ending)[number] | undefined
  const watches = ending.map((signal) => {
    const listener = () => {
      if (received !== undefined) return
      received = signal
      tell()
    }
    process.on(signal, listener)
    return () => void process.off(signal, listener)
  })
  return () => {
    watches.forEach((stop) => stop())
    if (received !== undefined) process.kill(process.pid, received)
  }
}
