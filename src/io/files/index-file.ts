import { join } from 'node:path'
import { readExpiry } from '../../core/expiry.ts'
import { isObject, ownString } from '../../core/json.ts'
import { readStanding } from '../../core/record.ts'
import type { Files, Index, IndexEntry } from '../../core/ports.ts'
import type { HistoryEntry } from '../../core/session-history.ts'
import { words } from '../../messages/words.ts'
import { stampOfFile } from './stamp.ts'
import { readSummary } from './index-summary.ts'
import { isSystemError } from './system-error.ts'

const limit = 262_144

/** The last instant of a `Date`, in milliseconds: one beyond it cannot be shown. */
const latestDate = 8_640_000_000_000_000

/** From so many on, entries are taken from a summary of all. */
const many = 256

export interface IndexOptions {
  readonly directory: string
  /** Where a summary of all entries may lie, and be lost. Absent: none is made. */
  readonly summary?: string | undefined
  readonly files: Files
  /** Told when an entry cannot be written: it is only what `status` shows, so nothing fails. */
  readonly warn?: ((text: string) => void) | undefined
}

/** One small JSON file per profile. A damaged one reads as absent. */
export function openIndex({ directory, summary, files, warn }: IndexOptions): Index {
  return { get, getAll, stamp, put, remove, list }

  function get(profileId: string): IndexEntry | undefined {
    const path = pathOf(profileId)
    if (path === undefined) return undefined
    try {
      const bytes = files.read(path, limit)
      return bytes && readIndexEntry(JSON.parse(Buffer.from(bytes).toString()))
    } catch (error) {
      if (error instanceof SyntaxError || isSystemError(error)) return undefined
      throw error
    }
  }

  function stamp(profileId: string): string {
    const path = pathOf(profileId)
    return path === undefined ? '' : stampOfFile(path)
  }

  function getAll(profileIds: readonly string[]): ReadonlyMap<string, IndexEntry | undefined> {
    const known = profileIds.length < many ? undefined : readAll()
    if (known === undefined) return getEach(profileIds)
    const found = new Map<string, IndexEntry | undefined>()
    for (const id of profileIds) if (Object.hasOwn(known, id)) found.set(id, known[id] ?? undefined)
    return found
  }

  /** As `get` gives them; `null` for one that cannot be read. */
  function readAll(): Readonly<Record<string, IndexEntry | null>> | undefined {
    if (summary === undefined) return undefined
    try {
      return readSummary({ directory, path: summary, read: summarize }) as ReturnType<
        typeof readAll
      >
    } catch {
      return undefined
    }
  }

  function getEach(profileIds: readonly string[]): ReadonlyMap<string, IndexEntry | undefined> {
    let listed: ReadonlySet<string> | undefined
    const found = new Map<string, IndexEntry | undefined>()
    for (const id of profileIds) {
      const entry = get(id)
      if (entry !== undefined || (listed ??= new Set(list())).has(id)) found.set(id, entry)
    }
    return found
  }

  function summarize(profileId: string): IndexEntry | null {
    const entry = get(profileId)
    if (entry === undefined) return null
    const { history: _, configuration: __, ...kept } = entry
    return kept
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

/** What may be known of a session, out of JSON; `undefined` for what is malformed. */
export function readIndexEntry(value: unknown): IndexEntry | undefined {
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
    renewsWith: ownString(value, 'renewsWith'),
    tokenId: ownString(value, 'tokenId'),
    tokenName: ownString(value, 'tokenName'),
    scopes: Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : undefined,
    fingerprint: ownString(value, 'fingerprint'),
    standing: readKnownStanding(value['standing']),
    movedTo: ownString(value, 'movedTo'),
    history: Array.isArray(history) ? history.filter(isHistoryEntry) : undefined,
  }
}

function readFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function readKnownStanding(value: unknown): IndexEntry['standing'] {
  const standing = readDoubt(value) ?? readStanding(value)
  const rejectedAt = isObject(value) ? value['rejectedAt'] : undefined
  return standing && isInstant(rejectedAt) ? { ...standing, rejectedAt } : standing
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
    [value['cost'], value['by'], value['host'], value['job']].every((text) =>
      ['string', 'undefined'].includes(typeof text),
    )
  )
}

/** What a date can be made of, or a count. */
function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value) && Math.abs(Number(value)) <= latestDate
}
