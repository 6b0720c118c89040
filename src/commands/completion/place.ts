import type { CompletionTable, TabledCommand, TabledFlag, Wanted } from './table.ts'

/** The place in a command line where a word is to be completed. */
export interface Place {
  readonly command: TabledCommand
  /** Flags of the command that can still be given. */
  readonly flags: readonly TabledFlag[]
  /** Values of flags that were given, by the long name of each. */
  readonly values: ReadonlyMap<string, readonly string[]>
  /** Arguments that were given. */
  readonly operands: readonly string[]
  /** What stands in the word before what is completed: `--store=`, `VAR:`, or nothing. */
  readonly head: string
  /** What is there already of what is completed. */
  readonly typed: string
  /** Whether what is typed can only be a flag. */
  readonly dashed: boolean
  /** Whether it is the value of a flag. */
  readonly ofFlag: boolean
  /** What can stand here besides a flag; absent where only a subcommand can. */
  readonly wanted: Wanted | undefined
}

/** The word at which the command line of a child begins, counted from the first behind `tokn`. */
export interface ChildPlace {
  readonly child: 'command' | 'curl'
  readonly at: number
}

/**
 * Finds what is to be completed. `words` are those behind `tokn` and before the word `typed`.
 * `undefined` where a line is wrong already, or nothing can follow.
 */
export function findPlace(
  { flags: all, program }: Pick<CompletionTable, 'flags' | 'program'>,
  words: readonly string[],
  typed: string,
): Place | ChildPlace | undefined {
  const dashes = words.indexOf('--')
  const own = dashes < 0 ? words : words.slice(0, dashes)
  const values = new Map<string, string[]>()
  const given = new Set<TabledFlag>()
  const operands: string[] = []
  let command = program
  let pending: TabledFlag | undefined
  for (const word of own) {
    if (pending !== undefined) {
      note(pending, word)
      pending = undefined
    } else if (isFlag(word)) {
      const flag = flagIn(word, flagsOf(command))
      // Whether a value follows one that is not known, nobody knows.
      if (flag === undefined) return undefined
      given.add(flag)
      const value = attachedValue(word)
      if (flag.valued === true && value !== undefined) note(flag, value)
      else if (flag.valued === true) pending = flag
    } else if (command.commands.length > 0) {
      const child = command.commands.find(({ names }) => names.includes(word))
      if (child === undefined) return undefined
      command = child
    } else operands.push(word)
  }
  if (dashes >= 0 && command.rest !== undefined) return { child: command.rest, at: dashes + 1 }
  if (dashes >= 0) operands.push(...words.slice(dashes + 1))
  const flags = flagsOf(command).filter((flag) => !given.has(flag) || flag.repeatable === true)
  const place = { command, flags, values, operands, head: '', typed, dashed: false, ofFlag: false }
  if (pending !== undefined && dashes < 0)
    return within({ ...place, ofFlag: true, wanted: pending }, pending)
  if (dashes < 0 && typed.startsWith('-')) return dashedPlace(place, flagsOf(command))
  if (command.commands.length > 0) return { ...place, wanted: undefined }
  return within({ ...place, wanted: argumentAt(command, operands.length) ?? {} })

  function flagsOf({ flags: places }: TabledCommand): readonly TabledFlag[] {
    return places.flatMap((index) => all[index] ?? [])
  }

  function note({ names }: TabledFlag, value: string): void {
    const name = names.at(-1) ?? ''
    values.set(name, [...(values.get(name) ?? []), value])
  }
}

function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-'
}

/** `-Pweb` is `-P web`; a value that is written so is told from other flags by its first two signs. */
function flagIn(word: string, flags: readonly TabledFlag[]): TabledFlag | undefined {
  if (word.startsWith('--')) return flags.find(({ names }) => names.includes(nameIn(word)))
  return flags.find(({ names }) => names.includes(word.slice(0, 2)))
}

function attachedValue(word: string): string | undefined {
  if (!word.startsWith('--')) return word.length > 2 ? word.slice(2) : undefined
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : undefined
}

function nameIn(word: string): string {
  return word.split('=')[0] ?? ''
}

function dashedPlace(
  place: Omit<Place, 'wanted'>,
  flags: readonly TabledFlag[],
): Place | undefined {
  const { typed } = place
  const value = typed.startsWith('--') ? attachedValue(typed) : undefined
  if (value === undefined) return { ...place, dashed: true, wanted: undefined }
  const flag = flagIn(typed, flags)
  if (flag?.valued !== true) return undefined
  return within(
    { ...place, head: `${nameIn(typed)}=`, typed: value, ofFlag: true, wanted: flag },
    flag,
  )
}

/** Of `VAR:PROFILE` the second part alone can be completed, and of a list its last part. */
function within(place: Place, flag?: TabledFlag): Place {
  const { typed, wanted } = place
  if (flag?.list === true) return behind(place, typed.lastIndexOf(','), flag)
  if (wanted?.meaning !== 'variable') return place
  const at = typed.indexOf(':')
  return at < 0 ? { ...place, wanted: {} } : behind(place, at, { meaning: 'profile' })
}

function behind(place: Place, at: number, wanted: Wanted): Place {
  const head = place.head + place.typed.slice(0, at + 1)
  return { ...place, head, typed: place.typed.slice(at + 1), wanted }
}

function argumentAt({ arguments: list }: TabledCommand, index: number): Wanted | undefined {
  const last = list.at(-1)
  return list[index] ?? (last?.variadic === true ? last : undefined)
}
