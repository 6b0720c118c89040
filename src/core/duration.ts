import { ToknError } from './errors.ts'
import { display } from './text.ts'
import { words } from '../messages/words.ts'

const units = new Map<string, number>([
  ['s', 1_000],
  ['second', 1_000],
  ['m', 60_000],
  ['minute', 60_000],
  ['h', 3_600_000],
  ['hour', 3_600_000],
  ['d', 86_400_000],
  ['day', 86_400_000],
  ['w', 604_800_000],
  ['week', 604_800_000],
  ['year', 31_536_000_000],
])

const longest = 100 * 31_536_000_000

/**
 * Milliseconds of `90s`, `15m`, `12h`, `8d`, `2w` or, in words, `30 minutes`, `90 days`, `5 years`.
 * `undefined` when `text` is none of these, or not between one millisecond and a hundred years. Zero
 * (`0s`, `0`) is allowed where `zero` is set.
 */
export function readDuration(text: string, zero = false): number | undefined {
  if (zero && /^0+$/.test(text.trim())) return 0
  const match = /^([0-9]{1,9}) ?([a-z]+)$/.exec(text.trim())
  const word = match?.[2] ?? ''
  const unit = units.get(word) ?? (word.length > 2 ? units.get(word.replace(/s$/, '')) : undefined)
  if (match === null || unit === undefined) return undefined
  const duration = Number(match[1]) * unit
  return (zero || duration > 0) && duration <= longest ? duration : undefined
}

/** As `readDuration`; throws `usage` that names `source`, a flag or a variable. */
export function parseDuration(text: string, source: string, zero = false): number {
  const duration = readDuration(text, zero)
  if (duration !== undefined) return duration
  // What a variable says may be the content of a file, and that of the wrong one.
  const shown = source.startsWith('--') ? display(text, 40) : undefined
  throw new ToknError('usage', words.core.notADuration(source, shown))
}

/** `90 days`: the largest unit that divides `duration` milliseconds without a rest. */
export function inWords(duration: number): string {
  for (const word of ['year', 'week', 'day', 'hour', 'minute', 'second']) {
    const unit = units.get(word) ?? 1
    // "weeks" divides days that people write as days: 90 days stays 90 days, 7 days stays 7 days.
    if (word !== 'week' && duration >= unit && duration % unit === 0) {
      const count = duration / unit
      return `${count} ${word}${count === 1 ? '' : 's'}`
    }
  }
  return `${Math.max(1, Math.round(duration / 1_000))} seconds`
}
