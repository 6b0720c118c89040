import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { endWithTerminal } from './is-terminal.ts'
import { writeAll } from './output.ts'

// The prompts of the library draw a line anew for each character: with a token of thousands that
// takes minutes, and a terminal's own line takes no more than 4095 of them.

/** Longest text, in characters. */
const longest = 65_536

/** A key ends the text where nothing follows it for so long: what is pasted comes at once. */
const pause = 60

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
  const text = await readPasted(question).finally(() => {
    if (!plain) write(brackets.off)
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
  return new Promise((resolve, reject) => {
    let end: NodeJS.Timeout | undefined
    const stop = () => {
      endWithTerminal()
      done(undefined)
    }
    const take = (text: string) => {
      clearTimeout(end)
      typed += text
      if (typed.length > longest) {
        finish()
        reject(new ToknError('usage', words.files.tooMuchInput(longest / 1_024)))
      } else if (isDismissed(typed)) done(undefined)
      else if (isEnded(typed)) end = setTimeout(() => done(correct(typed)), pause)
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
  const open = typed.lastIndexOf(opening) > typed.lastIndexOf(closing)
  return !open && /[\r\n]$/.test(typed)
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
