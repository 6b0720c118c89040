import { writeLines, writePart } from './output.ts'
import { correct, openTypedText } from './typed-text.ts'
import { words } from '../../messages/words.ts'

// For terminals without a cursor: questions and answers line by line, without any escape code.

/** How a line is asked for. */
export interface AskedLine {
  readonly secret?: boolean
  readonly placeholder?: string
  /** Withdraws the question. */
  readonly signal?: AbortSignal
}

// What was typed ahead of the next question.
let ahead = ''

/**
 * One line; `undefined` at the end of the input, and when it was interrupted or `signal` aborts.
 */
export async function askPlainLine(
  label: string,
  { secret = false, placeholder, signal }: AskedLine = {},
): Promise<string | undefined> {
  const asked = `${label}${placeholder === undefined ? '' : ` [${placeholder}]`}: `
  const line = await readLine(asked, secret, signal)
  if (secret || line === undefined) writeLines('')
  return line === '' ? (placeholder ?? '') : line
}

/** Yes or no; an empty line is no. `undefined` as for a line. */
export async function askPlainYesNo(question: string): Promise<boolean | undefined> {
  for (;;) {
    const answer = await askPlainLine(`${question} ${words.terminal.yesOrNo()}`)
    if (answer === undefined) return undefined
    const yes = words.terminal.isYes(answer.trim())
    if (yes !== undefined) return yes
  }
}

/** One of several, by its number or its value. `undefined` as for a line. */
export async function askPlainChoice(
  question: string,
  choices: ReadonlyArray<{ readonly value: string; readonly label: string }>,
): Promise<string | undefined> {
  writeLines(question)
  for (const [index, { label }] of choices.entries()) {
    writeLines(`  ${index + 1}. ${label}`)
  }
  for (;;) {
    const answer = await askPlainLine(`1-${choices.length}`)
    if (answer === undefined) return undefined
    const choice =
      choices[Number(answer) - 1] ?? choices.find(({ value }) => value === answer.trim())
    if (choice !== undefined) return choice.value
  }
}

/** The terminal itself shows what is typed, and lets it be corrected; not so for a secret. */
function readLine(
  asked: string,
  secret: boolean,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const take = (text: string) => {
      ahead += text
      const end = /[\r\n]|[\u0003\u0004]/.exec(ahead)
      if (end === null) return
      const line = ahead.slice(0, end.index)
      ahead = ahead.slice(end.index + 1)
      done(/[\r\n]/.test(end[0]) ? (secret ? correct(line) : line) : undefined)
    }
    const done = (line: string | undefined) => {
      typed.finish()
      signal?.removeEventListener('abort', typed.stop)
      resolve(line)
    }
    const typed = openTypedText({ hidden: secret, take, dismiss: () => done(undefined) })
    signal?.addEventListener('abort', typed.stop)
    writePart(asked)
    const { stdin } = process
    if (signal?.aborted === true || stdin.readableEnded || stdin.destroyed) typed.stop()
    else if (/[\r\n]/.test(ahead)) take('')
    else typed.start()
  })
}
