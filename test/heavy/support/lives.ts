import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isToknError } from '../../../src/core/errors.ts'
import { parseRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { openFileStore } from '../../../src/stores/file.ts'
import { isRunning } from './process.ts'
import { credentialsOf, type World } from './world.ts'

interface Finding {
  readonly id: string
  readonly status: string
  readonly detail: string
  readonly fix: string | null
}

/** What a world knows of its sessions, whatever became of the commands that made them. */
export interface Ledger {
  /** Every access token that was in the store at some time, or was printed. */
  readonly known: Set<string>
  /** Everything that doctor told of, so far. */
  readonly told: string[]
  readonly wrong: string[]
}

export function openLedger(): Ledger {
  return { known: new Set(), told: [], wrong: [] }
}

interface Config {
  readonly profiles: Readonly<Record<string, { readonly id: string; readonly store: string }>>
}

export function readProfiles(world: World): Config['profiles'] {
  try {
    const path = join(world.directory, 'config', 'tokn', 'config.json')
    return (JSON.parse(readFileSync(path, 'utf8')) as Config).profiles
  } catch {
    return {}
  }
}

function storedIds(world: World): readonly string[] {
  try {
    return readdirSync(join(world.directory, 'data', 'tokn', 'sessions')).flatMap(
      (name) => /^(.*)\.jwe$/.exec(name)?.[1] ?? [],
    )
  } catch {
    return []
  }
}

/** Remembers the tokens that are in the store now. */
export async function remember(world: World, ledger: Ledger): Promise<void> {
  const store = openFileStore({
    directory: join(world.directory, 'data', 'tokn', 'sessions'),
    files: openFiles(),
    key: new Secret(world.environment['TOKN_STORE_KEY'] ?? ''),
  })
  for (const id of storedIds(world).filter((one) => !one.startsWith('probe-'))) {
    try {
      const text = await store.read(id)
      if (text !== undefined) ledger.known.add(parseRecord(text, id).access.reveal())
    } catch (error) {
      if (!isToknError(error)) throw error
    }
  }
}

/** Looks with `tokn doctor`, and then lets it mend what it can. */
async function examine(world: World, flags: readonly string[]): Promise<readonly Finding[]> {
  const ended = await world.run(['doctor', '--json', ...flags])
  const { checks } = JSON.parse(ended.out) as { checks: readonly Finding[] }
  return checks.filter(
    ({ id, status }) => status !== 'ok' && /^(login|issue|session|profile)/.test(id),
  )
}

/**
 * What has to hold after any number of kills: everything in the store is reached by one profile, each
 * token alive at the provider is known here or told of by doctor; and what it tells of can be cleared.
 */
export async function settle(world: World, ledger: Ledger): Promise<void> {
  await remember(world, ledger)
  const told = await examine(world, [])
  ledger.told.push(...told.map(({ detail }) => detail))
  checkUnknown(world, ledger, told)
  for (const { fix } of await examine(world, ['--fix'])) {
    if (fix?.startsWith('tokn revoke ')) await world.run(fix.split(' ').slice(1))
  }
  await examine(world, ['--fix'])
  await remember(world, ledger)
  const left = await examine(world, ['--offline'])
  ledger.wrong.push(...left.map(({ id, detail }) => `not cleared: ${id}: ${detail}`))
  checkStore(world, ledger)
}

function checkUnknown(world: World, ledger: Ledger, told: readonly Finding[]): void {
  const unknown = world.api.state.tokens.filter(
    ({ access, accessLive }) => accessLive && !ledger.known.has(access),
  )
  const logins = told.filter(({ detail }) =>
    /may hold (a|the) session|session was given/.test(detail),
  )
  const issues = told.filter(({ id }) => id.startsWith('issue-'))
  const named = (id: string | undefined) =>
    issues.some(({ detail, fix }) => id !== undefined && `${detail} ${fix}`.includes(id))
  const given = issues.filter(({ detail }) => detail.includes('token was given')).length
  const unnamed = unknown.filter(({ id }) => !named(id))
  if (unnamed.length > logins.length + given) {
    const said = told.map(({ detail }) => detail).join('; ')
    ledger.wrong.push(`${unnamed.length} tokens that nobody knows of; doctor said: ${said}`)
  }
  for (const { access } of unknown) ledger.known.add(access)
}

function checkStore(world: World, { wrong }: Ledger): void {
  const profiles = Object.entries(readProfiles(world))
  const ids = profiles.map(([, { id }]) => id)
  if (new Set(ids).size < ids.length) wrong.push(`profiles share an id: ${ids.join(', ')}`)
  for (const id of storedIds(world)) {
    if (!ids.includes(id)) wrong.push(`no profile reaches ${id}`)
  }
}

export interface Kill {
  readonly args: readonly string[]
  /** Milliseconds after the start; after the request `aim` where that is given. */
  readonly after: number
  readonly aim?: { readonly method: string; readonly path: string } | undefined
}

/** Runs a command and kills it; whether it was killed, and not ended by itself. */
export async function killCommand(world: World, { args, after, aim }: Kill, ledger: Ledger) {
  if (aim !== undefined) world.api.control.replaceFaults([{ do: 'delay', ms: 30, ...aim }])
  const seen = () =>
    world.api.log.filter(({ method, path }) => method === aim?.method && path.startsWith(aim.path))
      .length
  const before = seen()
  const running = world.start(args, { environment: credentialsOf(world.api) })
  if (aim !== undefined) {
    while (isRunning(running.pid) && seen() === before) await delay(1)
  }
  await delay(after)
  running.child.kill('SIGKILL')
  const { signal, out } = await running.ended
  world.api.control.replaceFaults([])
  // What was printed was handed over, whatever came then.
  for (const line of out.split('\n')) if (line !== '') ledger.known.add(line)
  return signal !== null
}
