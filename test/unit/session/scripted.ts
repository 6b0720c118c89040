import type { Http } from '../../../src/core/ports.ts'
import { bindingOf, type Profile } from '../../../src/core/profile.ts'
import type { Provider } from '../../../src/core/provider.ts'
import { serializeRecord, type SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { TokenSet } from '../../../src/core/token.ts'
import { indexRecord } from '../../../src/session/history.ts'
import { openSession, type Session } from '../../../src/session/session.ts'
import { openMemoryPorts, start, type MemoryOptions, type MemoryPorts } from './memory-ports.ts'

const hour = 3_600_000

/** What a provider can do; `undefined` for what it cannot. */
export type Script = { readonly [Part in keyof Provider]?: Provider[Part] | undefined }

/** A provider of which a test says what it can do. */
export function scripted(script: Script = {}): Provider {
  const { list } = script
  return {
    id: 'shop',
    title: 'Shop',
    docs: 'https://shop.example/docs',
    fields: [],
    rotation: 'none',
    why: {},
    origins: ['https://shop.example'],
    attach: () => ({ headers: { Authorization: 'Bearer {access}' } }),
    checkGrant: () => undefined,
    ...script,
    list:
      list &&
      (async (reach, held, reader) => {
        const all = await list(reach, held)
        return reader === undefined ? all : reader.keep(all)
      }),
  } as Provider
}

/** Tokens as a provider gives them, good for an hour. */
export function tokens(access: string, more: Partial<TokenSet> = {}): TokenSet {
  const expiry = { state: 'at', at: start + hour } as const
  return { access: new Secret(access), expiry, context: {}, ...more }
}

export const web: Profile = {
  name: 'web',
  id: 'one',
  provider: 'shop',
  settings: {},
  store: 'file',
}

/** The record of a login to `provider` as `profile`. */
export function recordFor(
  profile: Profile,
  provider: Provider,
  more: Partial<SessionRecord> = {},
): SessionRecord {
  return {
    ...tokens('access-1'),
    v: 1,
    profileId: profile.id,
    generation: 1,
    provider: profile.provider,
    binding: bindingOf(profile),
    origins: provider.origins,
    attach: {},
    obtainedAt: start,
    ...more,
  }
}

export interface ScriptedWorld {
  readonly ports: MemoryPorts
  readonly session: Session
  readonly provider: Provider
}

/** A profile at a scripted provider; nothing is stored yet. */
export function openScripted(
  script: Script = {},
  options: Partial<MemoryOptions> & { readonly profile?: Profile; readonly http?: Http } = {},
): ScriptedWorld {
  const provider = scripted(script)
  const profile = options.profile ?? web
  const ports = openMemoryPorts({ provider: async () => provider, profiles: [profile], ...options })
  return { ports, session: openSession(ports, profile), provider }
}

/** As `openScripted`, logged in. */
export async function openLoggedIn(
  script: Script = {},
  record: Partial<SessionRecord> = {},
  options: Parameters<typeof openScripted>[1] = {},
): Promise<ScriptedWorld> {
  const world = openScripted(script, options)
  await keep(world.session, recordFor(world.session.profile, world.provider, record))
  return world
}

/** Stores a record as a login does. */
export async function keep(session: Session, record: SessionRecord): Promise<void> {
  const store = await session.store()
  await store.write(session.id, record.generation, serializeRecord(record))
  await indexRecord(session.ports, session.profile, record, 'login')
}
