import { readDuration } from '../core/duration.ts'
import { readPlainUrl } from '../core/plain-url.ts'
import { isProfileName } from '../core/profile-name.ts'
import type { Reason } from '../core/record.ts'

/** What a request of the protocol asks for. Durations are in milliseconds. */
export type Asked =
  | { readonly kind: 'token' | 'header'; readonly profile: string; readonly minTtl?: number }
  | AskedAuth
  | AskedSession
  | { readonly kind: 'get'; readonly uri: URL }
  | { readonly kind: 'status' | 'stop' | 'lock' | 'unlock' }
  | AskedJob
  | { readonly kind: 'wrong'; readonly status: 400 | 403 | 404 | 405 }

export interface AskedAuth {
  readonly kind: 'auth'
  readonly profile: string
  readonly minTtl?: number
  /** The generation that the API has refused. */
  readonly rejected?: number
  /** Where the token is to be sent. */
  readonly for?: URL
}

/** What another process of this program asks for its own use. */
export interface AskedSession {
  readonly kind: 'session'
  /** Absent: the one that is meant where none is named. */
  readonly profile?: string
  readonly minTtl?: number
  readonly refresh?: 'auto' | 'never' | 'force'
  readonly beyond?: number
  readonly reason?: Reason
  /** The configuration that is meant; absent: whichever this agent has. */
  readonly configuration?: string
  /** The store that is meant; absent: that of the profile. */
  readonly store?: string
  /** Nobody wants warnings. */
  readonly quiet?: boolean
}

/** What a command asks of the session of its CI job. */
export interface AskedJob {
  readonly kind: 'job'
  /** With which login it would do without; see `isSameLogin`. */
  readonly provider?: string
  readonly marks?: string
}

type Fields = Partial<Record<string, string>>

/** The parts of a query that each kind of request can have. */
const allowed = {
  token: ['min_ttl'],
  header: ['min_ttl'],
  auth: ['min_ttl', 'rejected', 'for'],
  session: ['min_ttl', 'refresh', 'beyond', 'reason', 'configuration', 'store', 'quiet'],
  get: ['uri'],
  job: ['provider', 'marks'],
} as const

const reasons: ReadonlySet<string> = new Set<Reason>(['forced', 'rejected', 'id-token'])
const modes: ReadonlySet<string> = new Set(['auto', 'never', 'force'])

const nowhere = { kind: 'wrong', status: 404 } as const
const malformed = { kind: 'wrong', status: 400 } as const
const wrongMethod = { kind: 'wrong', status: 405 } as const

/** Reads the first line of a request. Nothing in a path is decoded: no name of ours needs that. */
export function readRequest(method: string, target: string): Asked {
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  const query = at < 0 ? '' : target.slice(at + 1)
  const reading = method === 'GET' || method === 'HEAD'
  const [, kind = '', profile] = /^\/([a-z]+)(?:\/([^/]+))?$/.exec(path) ?? []
  switch (kind) {
    case 'token':
    case 'header':
    case 'auth':
    case 'session': {
      if (profile === undefined ? kind !== 'session' : !isProfileName(profile)) return nowhere
      if (!reading && !(kind === 'auth' && method === 'POST')) return wrongMethod
      const fields = readFields(query, allowed[kind])
      return fields === undefined ? malformed : readProfileRequest(kind, profile, fields)
    }
    case 'get': {
      if (profile !== undefined) return nowhere
      if (!reading) return wrongMethod
      const uri = readPlainUrl(readFields(query, allowed.get)?.['uri'] ?? '')
      return uri === undefined ? malformed : { kind, uri }
    }
    case 'job': {
      if (profile !== undefined) return nowhere
      if (!reading) return wrongMethod
      const fields = readFields(query, allowed.job)
      return fields === undefined ? malformed : { kind, ...fields }
    }
    case 'status':
    case 'stop':
    case 'lock':
    case 'unlock':
      if (profile !== undefined) return nowhere
      if (kind === 'status' ? !reading : method !== 'POST') return wrongMethod
      return query === '' ? { kind } : malformed
    default:
      return nowhere
  }
}

function readProfileRequest(
  kind: 'token' | 'header' | 'auth' | 'session',
  profile: string | undefined,
  fields: Fields,
): Asked {
  if (kind === 'session') return readSessionRequest(profile, fields)
  if (profile === undefined) return nowhere
  const minTtl = readTtl(fields['min_ttl'])
  if (minTtl === false) return malformed
  const base = { profile, ...(minTtl === undefined ? {} : { minTtl }) }
  if (kind !== 'auth') return { kind, ...base }
  const { rejected, for: place } = fields
  // A proxy that was given no generation names none.
  const generation = readCount(rejected === '' ? undefined : rejected)
  const url = place === undefined ? undefined : readPlainUrl(place)
  if (generation === false || (place !== undefined && url === undefined)) return malformed
  return {
    kind,
    ...base,
    ...(generation === undefined ? {} : { rejected: generation }),
    ...(url === undefined ? {} : { for: url }),
  }
}

function readSessionRequest(profile: string | undefined, fields: Fields): Asked {
  const { refresh, reason, configuration, store, quiet } = fields
  const minTtl = readCount(fields['min_ttl'])
  const beyond = readCount(fields['beyond'])
  if (minTtl === false || beyond === false) return malformed
  if (refresh !== undefined && !modes.has(refresh)) return malformed
  if (reason !== undefined && !reasons.has(reason)) return malformed
  return {
    kind: 'session',
    ...(profile === undefined ? {} : { profile }),
    ...(minTtl === undefined ? {} : { minTtl }),
    ...(refresh === undefined ? {} : { refresh: refresh as 'auto' | 'never' | 'force' }),
    ...(beyond === undefined ? {} : { beyond }),
    ...(reason === undefined ? {} : { reason: reason as Reason }),
    ...(configuration === undefined ? {} : { configuration }),
    ...(store === undefined ? {} : { store }),
    ...(quiet === undefined ? {} : { quiet: quiet !== '0' }),
  }
}

/** `undefined` for a part that is not known, or that is there twice. */
function readFields(query: string, names: readonly string[]): Fields | undefined {
  const fields: Fields = {}
  for (const [name, value] of new URLSearchParams(query)) {
    if (!names.includes(name) || fields[name] !== undefined) return undefined
    fields[name] = value
  }
  return fields
}

/** `false` for what is no duration. */
function readTtl(text: string | undefined): number | false | undefined {
  if (text === undefined) return undefined
  return readDuration(text, true) ?? false
}

/** `false` for what is no number to count with. */
function readCount(text: string | undefined): number | false | undefined {
  if (text === undefined) return undefined
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : false
}
