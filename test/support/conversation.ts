import type { Ended } from './run.ts'
import type { Terminal } from './terminal.ts'

/** A question, as far as it tells it from others, and the keys that answer it. */
export type Turn = readonly [question: string, keys: string]

/**
 * Answers questions in turn, each once it is shown as often as it was to be answered so far; then
 * waits for the end. `plain`: the terminal has no cursor. `between`: a question that may come before
 * any of them, once.
 */
export async function converse(
  terminal: Terminal,
  turns: readonly Turn[],
  { plain = false, between }: { plain?: boolean; between?: Turn } = {},
): Promise<Ended> {
  const mark = plain ? '(?:^|\\n)' : '◆  '
  const shownTimes = (question: string, count: number) =>
    `(?:${mark}${question.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[^]*?){${count}}`
  const times = new Map<string, number>()
  let waiting = between
  for (const [question, keys] of turns) {
    const count = (times.get(question) ?? 0) + 1
    times.set(question, count)
    const wanted = shownTimes(question, count)
    if (waiting !== undefined) {
      const first = shownTimes(waiting[0], 1)
      await terminal.until(new RegExp(`${first}|${wanted}`))
      if (new RegExp(first).test(terminal.shown())) {
        terminal.type(waiting[1])
        waiting = undefined
      }
    }
    await terminal.until(new RegExp(wanted))
    terminal.type(keys)
  }
  return await terminal.ended
}

/** What was shown without the lines that the questions themselves draw. */
export function said(shown: string): readonly string[] {
  return shown
    .split('\n')
    .map((line) => line.replace(/\r/g, ''))
    .filter((line) => line !== '' && !/^[│◆◇└■▲]/.test(line))
}
