import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseRecord, type SessionRecord } from '../../src/core/record.ts'
import { Secret } from '../../src/core/secret.ts'
import { openFiles } from '../../src/io/files/files.ts'
import { openFileStore } from '../../src/stores/file.ts'
import type { World } from '../catalogue/world.ts'
import type { Home } from '../support/home.ts'

export interface Profiles {
  readonly [name: string]: {
    readonly id: string
    readonly store: string
    readonly baseUrl?: string
  }
}

/** The profiles on disk. */
export function profilesOf({ config }: Home): Profiles {
  return (JSON.parse(readFileSync(join(config, 'config.json'), 'utf8')) as { profiles: Profiles })
    .profiles
}

/** Writes the file of profiles anew. */
export function changeConfig({ config }: Home, change: (text: string) => string): void {
  const path = join(config, 'config.json')
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}

/** Ids of what rests in the file store. */
export function storedIds({ sessions }: Home): readonly string[] {
  return readdirSync(sessions).flatMap((name) => /^(.*)\.jwe$/.exec(name)?.[1] ?? [])
}

/** As if its file had been lost. */
export function removeSession({ sessions }: Home, id: string): void {
  rmSync(join(sessions, `${id}.jwe`))
}

/** The session of a profile as it rests; `undefined` when there is none. */
export async function recordOf(home: Home, profile: string): Promise<SessionRecord | undefined> {
  const id = profilesOf(home)[profile]?.id ?? ''
  const store = openFileStore({
    directory: home.sessions,
    files: openFiles(),
    key: new Secret(home.environment['TOKN_STORE_KEY'] ?? ''),
  })
  const text = await store.read(id)
  return text === undefined ? undefined : parseRecord(text, id)
}

/** What doctor says beyond that all is well, of commands cut off, sessions and profiles. */
export async function findings(
  { tokn }: Pick<World, 'tokn'>,
  ...flags: readonly string[]
): Promise<ReadonlyArray<{ id: string; status: string; detail: string; fix: string | null }>> {
  const { out } = await tokn(['doctor', '--json', ...flags, '--'])
  const { checks } = JSON.parse(out) as { checks: Awaited<ReturnType<typeof findings>> }
  return checks.filter(
    ({ id, status }) => status !== 'ok' && /^(login|issue|sessions?|profile)(-|$)/.test(id),
  )
}

/** Puts a file where a folder should be, so that nothing can be written there, even by root. */
export function block(path: string): () => void {
  const kept = `${path}.kept`
  rmSync(kept, { recursive: true, force: true })
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const there = readdirSync(dirname(path)).includes(path.slice(dirname(path).length + 1))
  if (there) renameSync(path, kept)
  writeFileSync(path, '')
  return () => {
    rmSync(path)
    if (there) renameSync(kept, path)
  }
}
