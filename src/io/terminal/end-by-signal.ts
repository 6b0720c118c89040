import { isTerminal } from './is-terminal.ts'

const ending = ['SIGTERM', 'SIGHUP'] as const

/**
 * While a question is open: gives the terminal its usual mode back before such a signal ends this
 * process, and writes what undoes the marks of the question. Returns what stops that.
 */
export function restoreAtSignals(undo: () => void): () => void {
  const watches = ending.map((signal) => {
    const listener = () => {
      const { stdin } = process
      if (isTerminal(0) && !stdin.destroyed) {
        if (stdin.isTTY) stdin.setRawMode(false)
        undo()
      }
      // A listener of others would let us go on.
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    }
    process.prependListener(signal, listener)
    return () => void process.off(signal, listener)
  })
  return () => watches.forEach((stop) => stop())
}
