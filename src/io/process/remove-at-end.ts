/** What would end this process as long as nobody listens. */
const ending = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const

/**
 * From now on, `remove` is called before this process ends, by itself or by a signal. `forwarding` is to
 * be called once such signals go to a child, whose end is awaited; `over` when all is removed.
 */
export function removeAtEnd(remove: () => void): { forwarding(): void; over(): void } {
  const watches = ending.map((signal) => {
    const listener = () => {
      remove()
      forwarding()
      process.kill(process.pid, signal)
    }
    process.on(signal, listener)
    return () => void process.off(signal, listener)
  })
  process.once('exit', remove)
  return {
    forwarding,
    over: () => {
      forwarding()
      process.off('exit', remove)
    },
  }

  function forwarding(): void {
    watches.forEach((stop) => stop())
  }
}
