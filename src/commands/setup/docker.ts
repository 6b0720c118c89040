import { ToknError } from '../../core/errors.ts'
import { JsonError, pointerSegment } from '../../core/json-text.ts'
import { isObject, ownString } from '../../core/json.ts'
import { words } from '../../messages/words.ts'
import { canBePassword } from '../../session/carriage.ts'
import { shareNote } from './apply.ts'
import type { Change, SetupClient, SetupWorld, Written } from './client.ts'
import { insertMember, objectOf, readWritten, removeMember, replaceText } from './json-member.ts'

/** What docker puts `docker-credential-` in front of: it takes a name on the PATH, and no path. */
const helper = 'tokn'
const section = 'credHelpers'

/** `credHelpers` of docker's `config.json`, which podman and skopeo have in their `auth.json`. */
export const dockerClient: SetupClient = {
  canSend: canBePassword,
  plan: async (world, { origins, profile }) =>
    world.dockerFiles.flatMap((path) => {
      const entries = helpersIn(world, path).entries
      return origins.map((origin): Change => {
        const host = new URL(origin).host
        const key = `${section}.${host}`
        const there = ownString(entries, host)
        const before = there === undefined || there === helper ? [] : [there]
        if (there === helper) {
          const known = shareNote(world, { client: 'docker', path, key }, profile.id)
          return { path, key, value: helper, before, outcome: 'unchanged', note: known }
        }
        const note = {
          client: 'docker',
          path,
          key,
          value: [helper],
          before,
          origin,
          profiles: [profile.id],
        } as const
        const apply = async () => setHelper(world, path, host, helper)
        return { path, key, value: helper, before, outcome: 'written', note, apply }
      })
    }),
  undo: async (world, written) => written.map((note) => undoOne(world, note)),
  next: (world) =>
    world.isOnPath('docker-credential-tokn')
      ? []
      : [words.setup.notOnPath('docker-credential-tokn')],
}

function undoOne(world: SetupWorld, note: Written): Change {
  const { path, key, before } = note
  const host = key.slice(section.length + 1)
  const there = ownString(helpersIn(world, path).entries, host)
  if (there !== helper) {
    return {
      path,
      key,
      value: null,
      before: [],
      outcome: there === undefined ? 'absent' : 'kept',
      note,
    }
  }
  const [former] = before
  const apply = async () =>
    former === undefined ? removeHelper(world, path, host) : setHelper(world, path, host, former)
  return { path, key, value: null, before, outcome: 'removed', note, apply }
}

interface Helpers {
  readonly text: string | undefined
  readonly entries: Readonly<Record<string, unknown>>
  /** Where the values begin, by JSON Pointer. */
  readonly offsets: ReadonlyMap<string, number>
}

/** Throws `usage` for a file that is no such configuration: nothing of it is touched. */
function helpersIn(world: SetupWorld, path: string): Helpers {
  const text = world.read(path)
  if (text === undefined || text.trim() === '') return { text, entries: {}, offsets: new Map() }
  try {
    const { value, duplicates, offsets } = readWritten(text)
    const { [section]: entries = {} } = isObject(value) ? value : { [section]: undefined }
    if (isObject(value) && isObject(entries) && duplicates.size === 0) {
      return { text, entries, offsets }
    }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
  }
  throw new ToknError('usage', words.setup.broken(world.shown(path)))
}

function setHelper(world: SetupWorld, path: string, host: string, value: string): void {
  const { text, entries, offsets } = helpersIn(world, path)
  world.write(path, changed(), text)

  function changed(): string {
    if (text === undefined || text.trim() === '') {
      return `{\n\t"${section}": {\n\t\t${JSON.stringify(host)}: ${JSON.stringify(value)}\n\t}\n}\n`
    }
    const at = offsets.get(`/${section}${pointerSegment(host)}`)
    if (at !== undefined && Object.hasOwn(entries, host)) return replaceText(text, at, value)
    const open = offsets.get(`/${section}`)
    if (open !== undefined) return insertMember(text, open, host, JSON.stringify(value))
    const root = offsets.get('') ?? text.indexOf('{')
    return insertMember(text, root, section, objectOf(text, root, host, value))
  }
}

/** With the section, where nothing else is in it: docker takes an empty one for none. */
function removeHelper(world: SetupWorld, path: string, host: string): void {
  const { text, offsets } = helpersIn(world, path)
  const at = offsets.get(`/${section}${pointerSegment(host)}`)
  const left = text === undefined || at === undefined ? undefined : removeMember(text, host, at)
  if (left === undefined) throw new ToknError('usage', words.setup.broken(world.shown(path)))
  const { value, offsets: after } = readWritten(left)
  const open = after.get(`/${section}`)
  const isEmpty =
    isObject(value) && isObject(value[section]) && Object.keys(value[section]).length === 0
  const bare = isEmpty && open !== undefined ? removeMember(left, section, open) : undefined
  world.write(path, bare ?? left, text)
}
