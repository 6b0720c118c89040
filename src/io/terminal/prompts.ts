import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { AskedLine } from './dumb-prompts.ts'
import { endWithTerminal, restoreAtSignals } from './end-by-signal.ts'
import { takeEcho } from './held-echo.ts'
import type { Environment } from '../files/paths.ts'
import { isDumb } from './terminal.ts'

/** Longest menu that is overlooked at once; one that is longer is searched by what is typed. */
const few = 4

/**
 * Questions to a person. All throw `interrupted` when the question is dismissed, and when the input
 * ends before it is answered.
 */
export interface Prompts {
  askLine(label: string, options?: AskedLine): Promise<string>
  /** Yes or no; no is the default. */
  askYesNo(question: string): Promise<boolean>
  /** One of several: the value of it. */
  askChoice(
    question: string,
    options: ReadonlyArray<{ readonly value: string; readonly label: string }>,
  ): Promise<string>
}

/**
 * Questions go to standard error: standard output is for the result of the command alone. The
 * library moves the cursor, so control characters in texts of others are made harmless before.
 */
export async function openPrompts(environment: Environment): Promise<Prompts> {
  return isDumb(environment) ? await openPlain() : await openDrawn()
}

async function openPlain(): Promise<Prompts> {
  const { askPlainChoice, askPlainLine, askPlainYesNo } = await import('./dumb-prompts.ts')
  return {
    askLine: async (label, options = {}) => {
      const { placeholder } = options
      const shown =
        placeholder === undefined ? options : { ...options, placeholder: display(placeholder) }
      const answer = answered(await askPlainLine(display(label), shown))
      return answer === shown.placeholder ? (placeholder ?? '') : answer
    },
    askYesNo: async (question) => answered(await askPlainYesNo(display(question))),
    askChoice: async (question, options) => {
      const choices = options.map(({ value, label }) => ({ value, label: display(label) }))
      return answered(await askPlainChoice(display(question), choices))
    },
  }
}

async function openDrawn(): Promise<Prompts> {
  const { autocomplete, confirm, password, select, text, updateSettings } =
    await import('@clack/prompts')
  // The library only handles Ctrl-C: at a Ctrl-D its reader closes, and the question waits for
  // ever. A Ctrl-D typed before the question arrives as a NUL: the terminal has changed its mode
  // since.
  updateSettings({ aliases: { '\u0004': 'cancel', '\u0000': 'cancel' } })
  giveWidth(process.stderr)
  return {
    askLine: async (label, { secret, placeholder, signal } = {}) => {
      const answer = await untilEnd(async (end) => {
        const shared = common(label, end)
        if (secret === true) return await password(shared)
        if (placeholder === undefined) return await text(shared)
        const preset = { placeholder: display(placeholder), defaultValue: placeholder }
        return await text({ ...shared, ...preset })
      }, signal)
      // What the library gives for an empty line, whatever its types say.
      return (answer as string | undefined) ?? ''
    },
    askYesNo: (question) =>
      untilEnd(async (end) => await confirm({ ...common(question, end), initialValue: false })),
    askChoice: async (question, options) => {
      const choices = options.map(({ value, label }) => ({ value, label: display(label) }))
      return await untilEnd(async (end) => {
        const asked = { ...common(question, end), options: choices }
        if (choices.length <= few) return await select(asked)
        return await autocomplete({ ...asked, validate: refuseNone })
      })
    },
  }
}

/** Why what is chosen will not do: nothing was. */
function refuseNone(chosen: unknown): string | undefined {
  return chosen === undefined ? words.terminal.noneOfThem() : undefined
}

function common(message: string, signal: AbortSignal) {
  return { message: display(message), output: process.stderr, signal }
}

/** Asks until there is an answer, or nobody is there any more to give one. */
async function untilEnd<Value>(
  ask: (end: AbortSignal) => Promise<Value>,
  signal?: AbortSignal,
): Promise<Exclude<Value, symbol>> {
  const over = new AbortController()
  const stop = () => {
    endWithTerminal()
    over.abort()
  }
  const ends = [
    [process.stdin, 'end'],
    [process.stdin, 'close'],
    [process.stdin, 'error'],
    // A terminal that is gone is also noticed when writing to it.
    [process.stderr, 'error'],
    // Sent by somebody: the library knows the key alone.
    [process, 'SIGINT'],
  ] as const
  if (process.stdin.readableEnded || process.stdin.destroyed) stop()
  for (const [stream, event] of ends) stream.on(event, stop)
  const free = restoreAtSignals(showCursor)
  takeEcho(true)
  try {
    const end = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
    const answer = await ask(end)
    if (typeof answer === 'symbol') throw unanswered()
    return answer as Exclude<Value, symbol>
  } finally {
    free()
    for (const [stream, event] of ends) stream.off(event, stop)
  }
}

/** The library hides it while it asks. */
function showCursor(): void {
  process.stderr.write('\u001b[?25h\n')
}

/** A terminal without a window (a serial line) says 0, and the library would believe it. */
function giveWidth(stream: NodeJS.WriteStream): void {
  for (const [name, usual] of [
    ['columns', 80],
    ['rows', 24],
  ] as const) {
    let size = stream[name]
    Object.defineProperty(stream, name, {
      get: () => (size > 0 ? size : usual),
      // Node itself writes here when the window changes.
      set: (value: number) => {
        size = value
      },
      configurable: true,
    })
  }
}

function answered<Value>(answer: Value | undefined): Value {
  if (answer === undefined) throw unanswered()
  return answer
}

function unanswered(): ToknError {
  return new ToknError('interrupted', words.terminal.notAnswered())
}
