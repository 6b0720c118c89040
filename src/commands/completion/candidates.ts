import { findPlace, type Place } from './place.ts'
import type { Choice, CompletionTable, TabledCommand, TabledFlag } from './table.ts'

/**
 * What is known on this machine, and can be shown. Each gives nothing rather than throws, and writes
 * nothing.
 */
export interface Sources {
  profiles(place: Place): readonly Choice[] | Promise<readonly Choice[]>
  ownProviders(place: Place): readonly Choice[] | Promise<readonly Choice[]>
  scopes(place: Place): readonly Choice[] | Promise<readonly Choice[]>
  tokens(place: Place): readonly Choice[] | Promise<readonly Choice[]>
}

/** What a shell is told. */
export interface Answer {
  /** Words alone; words and files; files; folders; or what the command of a child completes. */
  readonly kind: 'words' | 'both' | 'files' | 'folders' | 'command' | 'curl'
  /** Of a child: the word at which its command line begins, counted from the first behind `tokn`. */
  readonly at: number
  /** What stands in the word before each of them. */
  readonly head: string
  readonly typed: string
  readonly choices: readonly Choice[]
}

const nothing: Answer = { kind: 'words', at: 0, head: '', typed: '', choices: [] }

/** What can stand in the place of the word `typed`. `words` are those behind `tokn` and before it. */
export async function complete(
  table: CompletionTable,
  words: readonly string[],
  typed: string,
  sources: Sources,
): Promise<Answer> {
  const place = findPlace(table, words, typed)
  if (place === undefined) return nothing
  if ('child' in place) return { ...nothing, kind: place.child, at: place.at }
  const answer = { ...nothing, head: place.head, typed: place.typed }
  const { meaning } = place.wanted ?? {}
  if (meaning === 'path') return { ...answer, kind: 'files' }
  if (meaning === 'folder') return { ...answer, kind: 'folders' }
  const choices = await choicesAt(place, table, sources)
  return {
    ...answer,
    kind: meaning === 'provider or file' ? 'both' : 'words',
    choices,
  }
}

async function choicesAt(
  place: Place,
  table: CompletionTable,
  sources: Sources,
): Promise<readonly Choice[]> {
  const { command, wanted, flags, typed, head, dashed } = place
  if (dashed) return flags.flatMap((flag) => namesOfFlag(flag))
  if (wanted === undefined) return command.commands.flatMap(namesOfCommand)
  const choices = await wantedAt(place, table, sources)
  if (choices.length > 0 || typed !== '' || head !== '' || place.ofFlag) return choices
  return flags.flatMap((flag) => namesOfFlag(flag).slice(-1))
}

async function wantedAt(
  place: Place,
  table: CompletionTable,
  sources: Sources,
): Promise<readonly Choice[]> {
  const { choices, meaning } = place.wanted ?? {}
  if (choices !== undefined) {
    const named = place.ofFlag ? place.head.split(/[=,]/) : place.operands
    return without(
      choices.map((value) => ({ value, about: '' })),
      named,
    )
  }
  const builtIns = table.providers.map(({ id, title }) => ({ value: id, about: title }))
  switch (meaning) {
    case 'profile':
      // As an argument and as a flag it would be named twice.
      if (!place.ofFlag && place.values.has('--profile')) return []
      return await sources.profiles(place)
    case 'provider':
    case 'provider or file':
      return [...builtIns, ...(await sources.ownProviders(place))]
    case 'own provider':
      return await sources.ownProviders(place)
    case 'scope':
      return without(await sources.scopes(place), place.values.get('--scope'))
    case 'token':
      return without(await sources.tokens(place), place.operands)
    case 'help':
      return helpAt(table, place.operands)
    default:
      return []
  }
}

/** What has a help behind `tokn help WORD...`. */
function helpAt({ program, topics }: CompletionTable, path: readonly string[]): readonly Choice[] {
  let command: TabledCommand | undefined = program
  for (const word of path) command = command?.commands.find(({ names }) => names.includes(word))
  const commands = command?.commands.flatMap(namesOfCommand) ?? []
  return path.length === 0 ? [...commands, ...topics] : commands
}

function without(choices: readonly Choice[], given: readonly string[] = []): readonly Choice[] {
  return choices.filter(({ value }) => !given.includes(value))
}

function namesOfCommand({ names, about }: TabledCommand): readonly Choice[] {
  return names.map((value) => ({ value, about }))
}

function namesOfFlag({ names, about }: TabledFlag): readonly Choice[] {
  return names.map((value) => ({ value, about }))
}
