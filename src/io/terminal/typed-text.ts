import { endWithTerminal, restoreAtSignals } from './end-by-signal.ts'
import { takeEcho } from './held-echo.ts'

/** Who reads what is typed. */
interface TypedReader {
  /** Nothing of it is shown, and the keys that correct a line are characters like others. */
  readonly hidden: boolean
  readonly take: (text: string) => void
  /** Called where nobody answers: the input ended, or somebody sent SIGINT. */
  readonly dismiss: () => void
  /** Undoes the marks of the question, where a signal ends this process. */
  readonly undo?: () => void
}

interface TypedText {
  /** Begins to read. Only after the question is shown: whoever sees it may answer at once. */
  start(): void
  /** As where the input ends. */
  stop(): void
  /** Gives the terminal its usual mode back. */
  finish(): void
}

/** What is typed at the terminal from now on. Ends this process where the terminal is gone. */
export function openTypedText({ hidden, take, dismiss, undo }: TypedReader): TypedText {
  const { stdin } = process
  const free = restoreAtSignals(undo ?? (() => undefined))
  takeEcho(hidden)
  if (hidden) stdin.setRawMode(true)
  process.on('SIGINT', stop)
  stdin.setEncoding('utf8').on('data', take).on('end', stop).on('close', stop).on('error', stop)
  return { start, stop, finish }

  function start(): void {
    if (stdin.readableEnded || stdin.destroyed) stop()
    else stdin.resume()
  }

  function stop(): void {
    endWithTerminal()
    dismiss()
  }

  function finish(): void {
    stdin.off('data', take).off('end', stop).off('close', stop).off('error', stop).pause()
    process.off('SIGINT', stop)
    if (hidden && !stdin.destroyed) stdin.setRawMode(false)
    free()
  }
}

/**
 * What a terminal does by itself where it shows what is typed: erase a character, or all. Of control
 * characters those of `kept` stay.
 */
export function correct(typed: string, kept = ''): string {
  const text: string[] = []
  for (const character of typed) {
    if (character === '\u007f' || character === '\b') text.pop()
    else if (character === '\u0015') text.length = 0
    else if (character >= ' ' || kept.includes(character)) text.push(character)
  }
  return text.join('')
}
