import { join } from 'node:path'
import { readExpiry } from '../../core/expiry.ts'
import { isObject, ownString } from '../../core/json.ts'
import { readStanding } from '../../core/record.ts'
import type { Files, Index, IndexEntry } from '../../core/ports.ts'
import type { HistoryEntry } from '../../core/session-history.ts'
import { words } from '../../messages/words.ts'
import { isSystemError } from './system-error.ts'

const limit = 262_144

/** The last instant of a `Date`, in milliseconds: one beyond it cannot be shown. */
const latestDate = 8_640_000_000_000_000

export interface IndexOptions {
  readonly directory: string
  readonly files: Files
  /** Told when an entry cannot be written: it is only what `status` shows, so nothing fails. */
  readonly warn?: ((text: string) => void) | undefined
}

/** One small JSON file per profile. A damaged one reads as absent. */
export function openIndex({ directory, files, warn }: IndexOptions): Index {
  return { get, put, remove, list }

  function get(profileId: string): IndexEntry | undefined {
    const path = pathOf(profileId)
    if (path === undefined) return undefined
    try {
      const bytes = files.read(path, limit)
      return bytes && readEntry(JSON.parse(Buffer.from(bytes).toString()))
    } catch (error) {
      if (error instanceof SyntaxError || isSystemError(error)) return undefined
      throw error
    }
  }

  function put(profileId: string, entry: IndexEntry): void {
    attempt(() => {
      const path = pathOf(profileId)
      if (path === undefined) return
      files.ensureDirectory(directory)
      files.write(path, Buffer.from(`${JSON.stringify(entry)}\n`))
    })
  }

  function remove(profileId: string): void {
    attempt(() => {
      const path = pathOf(profileId)
      if (path !== undefined) files.remove(path)
    })
  }

  function list(): readonly string[] {
    try {
      return files.list(directory).flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? [])
    } catch (error) {
      if (isSystemError(error)) return []
      throw error
    }
  }

  function pathOf(profileId: string): string | undefined {
    return /^[A-Za-z0-9_-]{1,64}$/.test(profileId)
      ? join(directory, `${profileId}.json`)
      : undefined
  }

  function attempt(change: () => void): void {
    try {
      change()
    } catch (error) {
      warn?.(error instanceof Error ? error.message : words.files.indexNotWritten())
    }
  }
}

const renewals = ['credentials', 'refresh', 'access', 'none'] as const

function readEntry(value: unknown): IndexEntry | undefined {
  if (!isObject(value)) return undefined
  const { generation, obtainedAt, prolongedAt, refreshExpiry, scopes, history } = value
  if (!isInstant(generation) || !isInstant(obtainedAt)) return undefined
  return {
    configuration: ownString(value, 'configuration'),
    generation,
    obtainedAt,
    prolongedAt: isInstant(prolongedAt) ? prolongedAt : undefined,
    expiry: readExpiry(value['expiry']),
    fixed: value['fixed'] === true ? true : undefined,
    refreshExpiry: refreshExpiry === undefined ? undefined : readExpiry(refreshExpiry),
    origin: ownString(value, 'origin'),
    renewalEnd: readRenewalEnd(value['renewalEnd']),
    renewal: renewals.find((one) => one === value['renewal']),
    refreshKept: readFlag(value['refreshKept']),
    credentialsKept: readFlag(value['credentialsKept']),
    tokenId: ownString(value, 'tokenId'),
    tokenName: ownString(value, 'tokenName'),
    scopes: Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : undefined,
    fingerprint: ownString(value, 'fingerprint'),
    standing: readDoubt(value['standing']) ?? readStanding(value['standing']),
    history: Array.isArray(history) ? history.filter(isHistoryEntry) : undefined,
  }
}

function readFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function readDoubt(value: unknown): IndexEntry['standing'] {
  if (!isObject(value) || value['state'] !== 'doubtful' || !isInstant(value['at'])) return undefined
  return { state: 'doubtful', at: value['at'], why: ownString(value, 'why') ?? '' }
}

function readRenewalEnd(value: unknown): IndexEntry['renewalEnd'] {
  if (!isObject(value)) return undefined
  const { at, since, asked } = value
  if (!isInstant(at) || !isInstant(since) || !isInstant(asked)) return undefined
  return { at, since, asked, credentials: value['credentials'] === true ? true : undefined }
}

function isHistoryEntry(value: unknown): value is HistoryEntry {
  return (
    isObject(value) &&
    [value['generation'], value['at'], value['pid']].every(isInstant) &&
    [value['reason'], value['command'], value['parent']].every(
      (text) => typeof text === 'string',
    ) &&
    ['string', 'undefined'].includes(typeof value['cost']) &&
    ['string', 'undefined'].includes(typeof value['by'])
  )
}

/** What a date can be made of, or a count. */
function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value) && Math.abs(Number(value)) <= latestDate
}
