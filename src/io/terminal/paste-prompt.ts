import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { restoreAtSignals } from './end-by-signal.ts'
import { endWithTerminal } from './is-terminal.ts'
import { writeAll } from './output.ts'

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
 * knows no escape codes. Throws `interrupted` where nobody answers, `usage` for a text too long.
 */
export async function askPasted(label: string, plain: boolean): Promise<string> {
  const asked = display(label)
  const question = plain ? `${asked}: ` : `${brackets.on}│\n◆  ${asked}\n│  `
  const unmark = () => {
    if (!plain) write(brackets.off)
  }
  const free = restoreAtSignals(unmark)
  const text = await readPasted(question).finally(() => {
    free()
    unmark()
  })
  if (text === undefined) {
    write('\n')
    throw new ToknError('interrupted', words.terminal.notAnswered())
  }
  const size = words.terminal.characters([...text.trim()].length)
  write(`${size}\n`)
  return text
}

function readPasted(asked: string): Promise<string | undefined> {
  const { stdin } = process
  let typed = ''
  let tooLong = false
  return new Promise((resolve, reject) => {
    let end: NodeJS.Timeout | undefined
    const stop = () => {
      endWithTerminal()
      done(undefined)
    }
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
      if (!tooLong) return done(correct(typed))
      finish()
      reject(new ToknError('usage', words.files.tooMuchInput(longest / 1_024)))
    }
    const finish = () => {
      clearTimeout(end)
      stdin.off('data', take).off('end', stop).off('close', stop).off('error', stop).pause()
      process.off('SIGINT', stop)
      if (!stdin.destroyed) stdin.setRawMode(false)
    }
    const done = (text: string | undefined) => {
      finish()
      resolve(text)
    }
    stdin.setRawMode(true)
    process.on('SIGINT', stop)
    stdin.setEncoding('utf8').on('data', take).on('end', stop).on('close', stop).on('error', stop)
    // Only now: whoever sees the question may answer at once, and nothing must be shown of it.
    write(asked)
    if (stdin.readableEnded || stdin.destroyed) stop()
    else stdin.resume()
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

/** What a terminal does by itself where it shows what is typed: erase a character, or all. */
function correct(typed: string): string {
  const kept: string[] = []
  const text = typed.replaceAll(opening, '').replaceAll(closing, '')
  for (const character of text.replace(/\u001b(\[[\d;]*[A-Za-z~]|O[A-Z]|.)?/g, '')) {
    if (character === '\u007f' || character === '\b') kept.pop()
    else if (character === '\u0015') kept.length = 0
    else if (character === '\r') kept.push('\n')
    else if (character >= ' ' || character === '\n' || character === '\t') kept.push(character)
  }
  return kept.join('')
}
