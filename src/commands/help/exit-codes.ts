import { exitStatus } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Item } from './layout.ts'

/** Each status that a command ends with, and the code that `--json` gives it, in order. */
export function exitCodeItems(): readonly Item[] {
  const { exitCodes: meanings, ok, noTokenForProgram, endedBySignal } = words.help
  const codes = Object.entries(exitStatus).map(([code, status]): [number, Item] => [
    status,
    item(String(status), code, meanings[code as keyof typeof exitStatus]),
  ])
  return [
    item('0', '', ok),
    ...codes.flatMap(([status, one]) => (status < 100 ? [one] : [])),
    item('111', '', noTokenForProgram),
    ...codes.flatMap(([status, one]) => (status > 100 ? [one] : [])),
    item('128+n', '', endedBySignal),
  ]
}

function item(status: string, code: string, meaning: string): Item {
  return [`${status.padEnd(5)}  ${code}`.trimEnd(), meaning]
}
