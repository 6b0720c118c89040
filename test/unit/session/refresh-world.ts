import { ToknError } from '../../../src/core/errors.ts'
import type { Seal } from '../../../src/core/seal.ts'
import type { HttpReply, IndexEntry, Journal, JournalEntry } from '../../../src/core/ports.ts'
import { bindingOf, type Profile } from '../../../src/core/profile.ts'
import type { Provider } from '../../../src/core/provider.ts'
import { parseRecord, serializeRecord, type SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import type { ProviderDefinition } from '../../../src/providers/schema/definition.ts'
import { fresh, type FreshOptions } from '../../../src/session/fresh.ts'
import type { Ports } from '../../../src/session/ports.ts'
import { digestOfSpent, writeRenewalReply } from '../../../src/session/refresh/journal-entry.ts'
import { refreshNow } from '../../../src/session/refresh/protocol.ts'
import type { Renewal } from '../../../src/session/refresh/renewable.ts'
import type { RefreshRequest } from '../../../src/session/refresh-request.ts'
import { openSession } from '../../../src/session/session.ts'
import { entryOf } from '../../../src/session/stored-record.ts'
import { storeCatalog } from '../../../src/stores/catalog.ts'
import { openMemory } from '../../../src/stores/memory.ts'
import { json } from '../providers/reach.ts'
import { openIndex, openLedger, type Counts } from './memory-ports.ts'

export const start = Date.UTC(2026, 1, 3, 12)
export const minute = 60_000
export const hour = 60 * minute

/** A reply that grants tokens, as the API of these tests says it. */
export function granted(access: string, refresh?: string, seconds = 3_600): HttpReply {
  return json({ token: access, renewal: refresh, seconds })
}

/** What a run that was cut off has left in the journal. */
export interface Left {
  /** Of the record held, where it says nothing else. */
  readonly spent?: string
  readonly intent?: string
  readonly again?: boolean
  readonly facts?: Readonly<Record<string, unknown>>
  readonly replies?: ReadonlyArray<readonly [Renewal, HttpReply]>
  /** Sealed under a key that nobody has any more. */
  readonly foreign?: boolean
  readonly record?: Partial<SessionRecord>
}

export interface Given {
  /** Changes of the record held, of generation 1, with half an hour to live. */
  readonly record?: Partial<SessionRecord>
  readonly definition?: Partial<ProviderDefinition>
  readonly left?: Left
  readonly profile?: Partial<Profile>
}

/** One machine in memory, one session, and one process at a time that refreshes it. */
export function openRefreshWorld({ record = {}, definition = {}, left, profile = {} }: Given) {
  const own: Profile = {
    name: 'web',
    id: 'a1',
    provider: 'sample',
    store: 'file',
    settings: { user: 'ada' },
    ...profile,
  }
  const provider: Provider = defineProvider({ ...api, ...definition }, {})
  const held: SessionRecord = {
    v: 1,
    profileId: own.id,
    generation: 1,
    provider: 'sample',
    binding: bindingOf(own),
    origins: provider.origins,
    attach: {},
    access: new Secret('access-1'),
    refresh: new Secret('refresh-1'),
    expiry: { state: 'at', at: start + hour / 2 },
    obtainedAt: start - hour / 2,
    context: {},
    ...record,
  }
  const entry = entryOf(own)
  const entries = new Map<string, JournalEntry>()
  const index = new Map<string, IndexEntry>()
  const counts: Counts = new Map()
  const memory = openMemory()
  const world = {
    held,
    /** Epoch milliseconds. */
    now: start,
    /** The start of the machine, by its clock. */
    boot: undefined as { id: string; at: number } | undefined,
    timeLeft: 30_000,
    lockHeld: true,
    /** What fails, and as what. */
    broken: {} as Partial<Record<Faulty, Error | (() => Error)>>,
    /** What is answered, in order. */
    replies: [] as (HttpReply | Error | (() => HttpReply))[],
    /** The requests that left, each as `POST /renew`. */
    sent: [] as string[],
    bodies: [] as (string | undefined)[],
    warnings: [] as string[],
    locks: 0,
    index,
    counts,
    refresh: async (request?: RefreshRequest) => {
      const { generation } = await world.stored()
      const forced = { reason: 'forced', beyond: generation } as const
      return await refreshNow(openSession(ports as Ports, own), request ?? forced)
    },
    /** How often another process was asked to refresh. */
    started: 0,
    fresh: async (options?: FreshOptions) => await fresh(openSession(ports as Ports, own), options),
    /** The record in the store. */
    stored: async () => parseRecord((await memory.read(own.id)) ?? '', own.id),
    /** Another process stores a record. */
    store: async (change: Partial<SessionRecord>) => {
      const next = { ...held, ...change }
      await memory.write(own.id, next.generation, serializeRecord(next))
    },
    /** What is in the journal. */
    journal: () => {
      const found = entries.get(entry)
      if (found === undefined) return 'empty'
      if (found.record !== undefined) return 'record'
      return found.answers.length > 0 ? `${found.answers.length} replies` : 'intent'
    },
    intent: () => JSON.parse(entries.get(entry)?.intent ?? 'null') as unknown,
    /** What is in place when the first process begins. */
    prepare: async () => {
      await world.store({})
      index.set(own.id, {
        generation: held.generation,
        expiry: held.expiry,
        obtainedAt: held.obtainedAt,
        standing: held.standing,
      })
      if (left !== undefined) entries.set(entry, await leave(left))
      return world
    },
  }

  const seal: Seal = {
    seal: async (text, key, label) =>
      JSON.stringify([Buffer.from(key).toString('hex'), label, text]),
    open: async (sealed, key, label) => {
      const [sealedBy, sealedFor, text] = JSON.parse(sealed) as [string, string, string]
      if (sealedBy === Buffer.from(key).toString('hex') && sealedFor === label) return text
      throw new ToknError('store', 'it does not open')
    },
  }
  const ports: Partial<Ports> = {
    clock: {
      now: () => world.now,
      wait: async (duration) => {
        world.now += duration
      },
      boot: () => world.boot ?? { id: 'boot', at: start - 10 * hour },
    },
    index: openIndex(index),
    profiles: { get: () => undefined } as Partial<Ports['profiles']> as Ports['profiles'],
    requester: { command: 'tokn test', pid: 1, parent: 'test', host: 'box' },
    configuration: 'box:test',
    timeout: 30_000,
    timeLeft: () => world.timeLeft,
    stores: storeCatalog,
    inTurn:
      async () =>
      async (_, { work }) =>
        await work(),
    lock: async () => async () => {
      fail('lock')
      world.locks++
      return {
        fence: 1,
        stillHeld: async () => world.lockHeld,
        release: async () => {
          world.locks--
        },
      }
    },
    journal: async () => openJournal(),
    ledger: async () => openLedger(() => fail('ledger'), counts),
    seal: async () => seal,
    store: async () => ({
      ...memory,
      sealingKey: async () => {
        fail('sealingKey')
        return await memory.sealingKey()
      },
      read: async (id) => {
        fail('read')
        return await memory.read(id)
      },
      write: async (id, generation, text) => {
        fail('write')
        // A store that loses what it is given.
        if (world.broken.keep === undefined) await memory.write(id, generation, text)
      },
    }),
    provider: async () => {
      fail('provider')
      return provider
    },
    http: async () => async (request) => {
      const reply = world.replies.shift()
      world.sent.push(`${request.method} ${request.url.pathname}`)
      world.bodies.push(request.body)
      if (reply === undefined) throw new Error(`nothing was to be sent: ${request.url.href}`)
      if (reply instanceof Error) throw reply
      return typeof reply === 'function' ? reply() : reply
    },
    refresher: async (asked, request) => {
      world.started++
      return serializeRecord(await refreshNow(openSession(ports as Ports, asked), request))
    },
    refreshPending: async () => entries.has(entry),
    fingerprint: async () => 'print',
    warn: (text) => void world.warnings.push(text),
    readFile: () => new Secret('of a file'),
    readText: () => '',
  }
  return world

  function fail(what: Faulty): void {
    const error = world.broken[what]
    if (error !== undefined) throw typeof error === 'function' ? error() : error
  }

  async function removeEntry(): Promise<void> {
    fail('remove')
    entries.delete(entry)
  }

  function openJournal(): Journal {
    const change = (one: Partial<JournalEntry>) => {
      entries.set(entry, { intent: '', answers: [], ...entries.get(entry), ...one })
    }
    const slot = {
      intend: async (intent: string) => {
        fail('intend')
        change({ intent })
      },
      answer: async (sealed: string) => {
        fail('answer')
        change({ answers: [...(entries.get(entry)?.answers ?? []), sealed] })
      },
      record: async (sealed: string) => {
        fail('record')
        change({ record: sealed })
      },
      remove: removeEntry,
    }
    return {
      reserve: async () => {
        fail('reserve')
        change({ answers: [], record: undefined })
        return slot
      },
      resume: async () => slot,
      read: async () => entries.get(entry),
      remove: removeEntry,
      list: async () => [...entries.keys()],
    }
  }

  async function leave(one: Left): Promise<JournalEntry> {
    const key = one.foreign === true ? new Uint8Array(32) : await memory.sealingKey()
    const { again = false, facts = {}, spent = digestOfSpent(held) } = one
    const record = one.record && serializeRecord({ ...held, ...one.record })
    const replies = (one.replies ?? []).map(([renewal, reply]) =>
      writeRenewalReply({
        renewal,
        method: 'POST',
        place: `https://api.example${paths[renewal]}`,
        sentAt: start - 2_000,
        at: start - 1_000,
        reply,
      }),
    )
    return {
      intent:
        one.intent ?? JSON.stringify({ generation: 2, at: start - 5_000, spent, again, facts }),
      answers: await Promise.all(replies.map((text) => seal.seal(text, key, entry))),
      record: record && (await seal.seal(record, key, entry)),
    }
  }
}

/** What can be made to fail. */
type Faulty =
  | 'lock'
  | 'read'
  | 'write'
  | 'keep'
  | 'sealingKey'
  | 'reserve'
  | 'intend'
  | 'answer'
  | 'record'
  | 'remove'
  | 'ledger'
  | 'provider'

export type RefreshWorld = ReturnType<typeof openRefreshWorld>

const paths: Readonly<Record<Renewal, string>> = {
  refresh: '/renew',
  reissue: '/tokens',
  login: '/login',
}

const reply = {
  access: 'token',
  refresh: 'renewal',
  id: 'id',
  expiry: { from: 'seconds', as: 'seconds' },
} as const

const api: ProviderDefinition = {
  id: 'sample',
  title: 'Sample',
  docs: 'https://example.com/docs',
  baseUrl: 'https://api.example',
  fields: [
    { name: 'user', label: 'User' },
    { name: 'password', label: 'Password', secret: true },
  ],
  attach: { headers: { Authorization: 'Bearer {access}' } },
  login: {
    request: { method: 'POST', path: '/login', json: { password: '{fields.password}' } },
    reply,
  },
  refresh: { request: { method: 'POST', path: '/renew', json: { renewal: '{refresh}' } }, reply },
  rotation: 'always',
  errors: { code: 'code' },
}

/** An API without a refresh: a token issues its own replacement. */
export const reissuing: Partial<ProviderDefinition> = {
  refresh: undefined,
  issue: {
    request: {
      method: 'POST',
      path: '/tokens',
      json: { name: '{name}', scopes: '{scopes}', life: '{lifetime|words}' },
    },
    reply: { access: 'token', id: 'id', expiry: { from: 'seconds', as: 'seconds' } },
  },
  list: {
    request: { method: 'GET', path: '/tokens' },
    reply: { items: '', id: 'id', name: 'name' },
  },
  revoke: { request: { method: 'DELETE', path: '/tokens/{target}' }, reply: { format: 'none' } },
  scopes: { form: 'token' },
  lifetimes: { least: '1 minute', step: '1 minute' },
  rotation: 'reissue',
}
