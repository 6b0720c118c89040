import { words } from '../../messages/words.ts'
import { flagTable, type Flag, type FlagName } from '../flags/table.ts'
import type { Item } from './layout.ts'

/** Each variable, with the flag that wins over it. */
export function environmentItems(): readonly Item[] {
  const { meanings, ofVariables, variables, orFlag } = words.flags
  const ofFlags = (Object.keys(flagTable) as FlagName[]).flatMap((name): Item[] => {
    const { names, variable }: Flag = flagTable[name]
    const long = names.split(', ').at(-1) ?? names
    if (variable === undefined) return []
    return [[variable, orFlag(ofVariables[name] ?? meanings[name], long)]]
  })
  return [...Object.entries(variables), ...ofFlags]
}
