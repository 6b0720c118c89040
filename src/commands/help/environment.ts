import { words } from '../../messages/words.ts'
import { everyFlag } from '../flags/every.ts'
import type { Flag } from '../flags/flag.ts'
import type { FlagName } from '../flags/table.ts'
import type { Item } from './layout.ts'

/** Each variable, with the flag that wins over it. */
export function environmentItems(): readonly Item[] {
  const { meanings, ofVariables, variables, orFlag } = words.flags
  const ofFlags = (Object.keys(everyFlag) as FlagName[]).flatMap((name): Item[] => {
    const { names, variable }: Flag = everyFlag[name]
    const long = names.split(', ').at(-1) ?? names
    if (variable === undefined) return []
    return [[variable, orFlag(ofVariables[name] ?? meanings[name], long)]]
  })
  return [...Object.entries(variables), ...ofFlags]
}
