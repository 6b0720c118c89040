import { openSession } from '../../../src/session/session.ts'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPorts } from '../../../src/app/ports.ts'
import { bindingOf, type Profile } from '../../../src/core/profile.ts'
import { serializeRecord, type SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { entryOf, readHeld } from '../../../src/session/stored-record.ts'
import type { Ports } from '../../../src/session/ports.ts'
import { refreshNow } from '../../../src/session/refresh/protocol.ts'
import { dialect, startStrictServer, type StrictServer } from './strict-server.ts'

/** A session at a strict server, with the real ports of a process and a home of its own. */
export interface SessionWorld {
  readonly server: StrictServer
  readonly ports: Ports
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
    readonly timeout?: number
  } = {},
): Promise<SessionWorld> {
  const server = await startStrictServer()
  const home = mkdtempSync(join(tmpdir(), 'tokn-session-'))
  const providers = join(home, 'config', 'tokn', 'providers')
  mkdirSync(providers, { recursive: true, mode: 0o700 })
  const definition = JSON.stringify(dialect(server.origin, options.changes))
  writeFileSync(join(providers, 'strict.json'), definition, { mode: 0o600 })
  const warnings: string[] = []
  const key = new Secret(randomBytes(32).toString('base64url'))
  const ports = openPorts({
    environment: {
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_STATE_HOME: join(home, 'state'),
      XDG_DATA_HOME: join(home, 'data'),
    },
    program: '',
    command: 'tokn test',
    // Counted from the start of the process that runs the tests.
    timeout: 3_600_000,
    storeKey: () => key,
    passphrase: async () => undefined,
    fromEnvironment: () => undefined,
    interaction: async () => undefined,
    debug: false,
    warn: (text) => warnings.push(text),
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

  const held = async () => await readHeld(openSession(ports, profile))
  const refresh = async () => {
    const { generation } = await held()
    return await refreshNow(openSession(ports, profile), { reason: 'forced', beyond: generation })
  }
  return {
    server,
    ports,
    profile,
    warnings,
    refresh,
    held,
    pending: async () => (await ports.journal()).read(entryOf(profile)) !== undefined,
    works: async () => {
      server.twist = undefined
      server.instead = undefined
      if ((await held()).access.reveal() !== server.live()?.access) return false
      return (await refresh()).access.reveal() === server.live()?.access
    },
    close: async () => {
      await server.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
