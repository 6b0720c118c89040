import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { writeAll } from './write-all.ts'
import { correct, openTypedText } from './typed-text.ts'

// The prompts of the library draw a line anew for each character: with a token of thousands that
// takes minutes, and a terminal's own line takes no more than 4095 of them.

/** Longest text, in characters. */
const longest = 65_536

/** A key ends the text where nothing follows it for so long: what is pasted comes at once. */
const pause = 60

/** As `pause`, behind a text too long: a terminal that takes long for it must not pass for its end. */
const longPause = 400

const brackets = { on: '\u001b[?2004h', off: '\u001b[?2004l' }
const opening = '\u001b[200~'
const closing = '\u001b[201~'

/**
 * A text that is pasted in, of one or several lines; nothing of it is shown. `plain`: the terminal
 * knows no escape codes; `signal` takes the question back. Throws `interrupted` where nobody answers,
 * `usage` for a text too long.
 */
export async function askPasted(
  label: string,
  plain: boolean,
  signal?: AbortSignal,
): Promise<string> {
  const asked = display(label)
  const question = plain ? `${asked}: ` : `${brackets.on}│\n◆  ${asked}\n│  `
  const unmark = () => {
    if (!plain) write(brackets.off)
  }
  const text = await readPasted(question, unmark, signal).finally(unmark)
  if (text === undefined) {
    write('\n')
    throw new ToknError('interrupted', words.terminal.notAnswered())
  }
  const size = words.terminal.characters([...text.trim()].length)
  write(`${size}\n`)
  return text
}

function readPasted(
  asked: string,
  unmark: () => void,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  let typed = ''
  let tooLong = false
  return new Promise((resolve, reject) => {
    let end: NodeJS.Timeout | undefined
    const take = (text: string) => {
      clearTimeout(end)
      typed += text
      if (isDismissed(typed)) return done(undefined)
      if (typed.length > longest) {
        tooLong = true
        typed = endOfText(typed)
      }
      if (isEnded(typed)) end = setTimeout(() => settle(), tooLong ? longPause : pause)
    }
    const settle = () => {
      if (!tooLong) return done(correctPasted(typed))
      finish()
      reject(new ToknError('usage', words.files.tooMuchInput(longest / 1_024)))
    }
    const finish = () => {
      clearTimeout(end)
      signal?.removeEventListener('abort', dismiss)
      input.finish()
    }
    const done = (text: string | undefined) => {
      finish()
      resolve(text)
    }
    const dismiss = () => done(undefined)
    const input = openTypedText({ hidden: true, take, dismiss, undo: unmark })
    signal?.addEventListener('abort', dismiss)
    write(asked)
    if (signal?.aborted === true) dismiss()
    else input.start()
  })
}

/** Escape codes too, of which none is out of a text of others. */
function write(text: string): void {
  try {
    writeAll(2, text)
  } catch {
    // Nobody is reading.
  }
}

/** Ctrl-C or Ctrl-D; one that came before the terminal changed its mode is a NUL. */
function isDismissed(typed: string): boolean {
  return /[\u0000\u0003\u0004]/.test(typed)
}

/** Whether the last key was Enter, and no text is still being pasted. */
function isEnded(typed: string): boolean {
  return !isOpen(typed) && /[\r\n]$/.test(typed)
}

function isOpen(typed: string): boolean {
  return typed.lastIndexOf(opening) > typed.lastIndexOf(closing)
}

/** What tells where a text ends of which nothing else is wanted: its rest must answer no question. */
function endOfText(typed: string): string {
  const tail = typed.slice(-opening.length)
  return isOpen(typed) ? opening + tail : tail
}

/** The text without what the terminal put around it, each line ended as ours are. */
function correctPasted(typed: string): string {
  const text = typed.replaceAll(opening, '').replaceAll(closing, '')
  const plain = text.replace(/\u001b(\[[\d;]*[A-Za-z~]|O[A-Z]|.)?/g, '')
  return correct(plain.replaceAll('\r', '\n'), '\n\t')
}
