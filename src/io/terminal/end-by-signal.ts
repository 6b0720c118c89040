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
      endBy(signal)
    }
    process.prependListener(signal, listener)
    return () => void process.off(signal, listener)
  })
  return () => watches.forEach((stop) => stop())
}

/**
 * Ends this process where the terminal at which somebody was asked is gone, as SIGHUP does in most
 * cases: an ordinary exit would touch the terminal, and Node aborts there.
 */
export function endWithTerminal(): void {
  if (!isTerminal(0)) endBy('SIGHUP')
}

function endBy(signal: (typeof ending)[number]): void {
  // A listener, which some packages leave behind, would let us go on, if only until it is called.
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
