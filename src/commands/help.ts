import { exitStatus } from '../core/errors.ts'
import { words } from '../messages/words.ts'
import { flagTable, type Flag, type FlagName } from './flags/table.ts'
import { table } from './output/table.ts'

export const topics = ['exit-codes', 'environment'] as const

/** The text of `tokn help <topic>`; `undefined` where that is no topic. */
export function helpTopic(name: string | undefined): string | undefined {
  if (name === 'environment') return text(table(environment()))
  return name === 'exit-codes' ? text(table(exitCodes())) : undefined
}

function exitCodes(): readonly (readonly string[])[] {
  const { exitCodes: meanings, ok, noTokenForProgram, endedBySignal } = words.help
  const codes = Object.entries(exitStatus).map(([code, status]) => [
    String(status),
    code,
    meanings[code as keyof typeof exitStatus],
  ])
  return [
    ['0', ok, ''],
    ...codes.filter(([status]) => Number(status) < 100),
    ['111', '', noTokenForProgram],
    ...codes.filter(([status]) => Number(status) > 100),
    ['128+n', '', endedBySignal],
  ]
}

/** Each variable, with the flag that wins over it. */
function environment(): readonly (readonly string[])[] {
  const { meanings, ofVariables, variables } = words.flags
  const ofFlags = (Object.keys(flagTable) as FlagName[]).flatMap((name) => {
    const { names, variable }: Flag = flagTable[name]
    const long = names.split(', ').at(-1) ?? names
    return variable === undefined ? [] : [[variable, long, ofVariables[name] ?? meanings[name]]]
  })
  const others = Object.entries(variables).map(([variable, meaning]) => [variable, '', meaning])
  return [...others, ...ofFlags]
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
