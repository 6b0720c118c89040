import { randomBytes } from 'node:crypto'
import { bindingOf, type Profile } from '../../../src/core/profile.ts'
import { serializeRecord, type SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { createHttp } from '../../../src/io/http/http.ts'
import { systemClock } from '../../../src/io/process/clock.ts'
import { openProvider } from '../../../src/providers/catalog.ts'
import { openSession } from '../../../src/session/session.ts'
import { refreshNow } from '../../../src/session/refresh/protocol.ts'
import { openMemoryPorts, type MemoryPorts } from './memory-ports.ts'
import { dialect, startStrictServer, type StrictServer } from './strict-server.ts'

/** A session at a strict server: what is sent goes over the wire, all else is in memory. */
export interface SessionWorld {
  readonly server: StrictServer
  readonly ports: MemoryPorts
  readonly profile: Profile
  readonly warnings: string[]
  /** Refreshes whatever is left of the token held, as `tokn refresh` does. */
  refresh(): Promise<SessionRecord>
  /** The record held. */
  held(): Promise<SessionRecord>
  /** Whether something of a refresh is left in the journal. */
  pending(): Promise<boolean>
  /** The session works at the server, and can be refreshed there. */
  works(): Promise<boolean>
  close(): Promise<void>
}

export type Kind = 'oauth' | 'definition'

export async function openWorld(
  kind: Kind,
  options: {
    readonly remember?: boolean
    readonly changes?: Readonly<Record<string, unknown>>
    readonly record?: Partial<SessionRecord>
  } = {},
): Promise<SessionWorld> {
  const server = await startStrictServer()
  const definition = JSON.stringify(dialect(server.origin, options.changes))
  const ports = openMemoryPorts({
    provider: async (sketch) =>
      await openProvider(sketch, sketch.provider === 'strict' ? definition : undefined),
    http: createHttp({ environment: {}, timeout: 30_000 }),
    clock: systemClock,
  })
  const settings = { issuer: server.origin, client_id: 'app', client_auth: 'none', flow: 'client' }
  const profile: Profile = {
    name: 'web',
    id: randomBytes(16).toString('hex'),
    store: 'file',
    ...(kind === 'oauth' ? { provider: 'oauth', settings } : { provider: 'strict', settings: {} }),
  }
  const provider = await ports.provider(profile)
  const reach = {
    http: await ports.http(profile),
    clock: ports.clock,
    answers: {
      ...settings,
      password: new Secret('correct horse'),
      client_secret: new Secret('of the client'),
    },
  }
  const tokens = await provider.login?.(reach, {})
  if (tokens === undefined) throw new Error('there is no login')
  const record: SessionRecord = {
    ...tokens,
    v: 1,
    profileId: profile.id,
    generation: 1,
    provider: profile.provider,
    binding: bindingOf(profile),
    definition: provider.digest,
    origins: provider.origins,
    attach: provider.attach(tokens, reach.answers),
    obtainedAt: Date.now() - 60_000,
    context: { ...tokens.context, ...(kind === 'oauth' ? { sub: 'alice' } : {}) },
    ...(options.remember === true
      ? {
          credentials: {
            password: reach.answers.password,
            client_secret: reach.answers.client_secret,
          },
        }
      : {}),
    ...options.record,
  }
  const store = await ports.store('file')
  await store.write(profile.id, 1, serializeRecord(record))

  const session = openSession(ports, profile)
  const held = async () => await session.readRecord()
  const refresh = async () => {
    const { generation } = await held()
    return await refreshNow(session, { reason: 'forced', beyond: generation })
  }
  return {
    server,
    ports,
    profile,
    warnings: ports.warnings,
    refresh,
    held,
    pending: async () => (await (await ports.journal()).read(session.entry)) !== undefined,
    works: async () => {
      server.twist = undefined
      server.instead = undefined
      if ((await held()).access.reveal() !== server.live()?.access) return false
      return (await refresh()).access.reveal() === server.live()?.access
    },
    close: async () => await server.stop(),
  }
}
