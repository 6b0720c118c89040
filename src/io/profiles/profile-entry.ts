import { isAbsolute } from 'node:path'
import { checkBaseUrl } from '../../core/base-url.ts'
import { parseDuration } from '../../core/duration.ts'
import { ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import { checkProfileName, type Outline, type Profile, type StoreKind } from '../../core/profile.ts'
import type { StoreCatalog } from '../../core/store-traits.ts'
import { checkStoreUrl } from '../../core/store-url.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { checkProfileProxy } from '../http/proxy-url.ts'

/** A profile as the file has it; fields that this version does not know are kept. */
export type Entry = Readonly<Record<string, unknown>>

const longestText = 4_096
const idPattern = /^[A-Za-z0-9_-]{16,64}$/

/** The names that the store of a profile can have. */
export type StoreNames = Pick<StoreCatalog, 'kinds' | 'usual' | 'find'>

type Strings = Readonly<Record<string, string>>
type Fault = Parameters<(typeof words)['files']['badField']>[2]

const known = [
  'id',
  'provider',
  'baseUrl',
  'apiUrls',
  'hosts',
  'settings',
  'overrides',
  'store',
  'storeUrl',
  'offline',
  'ca',
  'proxy',
  'certificate',
  'key',
] as const

const secretNames = new Set(
  `token accesstoken refreshtoken idtoken servicetoken expiretoken bearer authorization cookie
  password passwd passphrase secret clientsecret secretkey accesskey privatekey apikey credential
  credentials assertion subjecttoken`.split(/\s+/),
)

/** The profile called `name`. Throws `usage`, naming the field that is not valid. */
export function readEntry(name: string, entry: unknown, stores: StoreNames): Profile {
  if (!isObject(entry)) throw wrong(name, undefined, 'notAnObject')
  const { baseUrl, apiUrls, hosts, overrides, storeUrl, offline } = entry
  const { ca, proxy, certificate, key } = entry
  return {
    name: checkProfileName(name),
    id: text(name, entry, 'id', { pattern: idPattern, fault: 'notAnId' }),
    provider: text(name, entry, 'provider', {
      pattern: /^[a-z0-9][a-z0-9-]{0,31}$/,
      fault: 'notAProvider',
    }),
    baseUrl: baseUrl === undefined ? baseUrl : checkOnce(text(name, entry, 'baseUrl')),
    apiUrls: apiUrls === undefined ? apiUrls : urls(name, 'apiUrls', apiUrls),
    hosts: hosts === undefined ? hosts : urls(name, 'hosts', hosts),
    settings: strings(name, entry, 'settings', /^[a-z][a-z0-9_]{0,63}$/) ?? {},
    overrides:
      overrides === undefined
        ? overrides
        : strings(name, entry, 'overrides', /^[A-Za-z0-9_$.\-[\]]{1,200}$/),
    store: readStore(name, entry, stores),
    storeUrl:
      storeUrl === undefined ? storeUrl : checkStoreUrl(text(name, entry, 'storeUrl'), name),
    offline: offline === undefined ? offline : checkOffline(text(name, entry, 'offline')),
    ca: ca === undefined ? ca : path(name, entry, 'ca'),
    proxy: proxy === undefined ? proxy : checkProfileProxy(text(name, entry, 'proxy')),
    certificate: certificate === undefined ? certificate : path(name, entry, 'certificate'),
    key: key === undefined ? key : path(name, entry, 'key'),
  }
}

function checkOffline(duration: string): string {
  parseDuration(duration, 'offline')
  return duration
}

/** Where the session of an entry is stored, as far as that can be read. Never throws. */
export function outlineEntry(name: string, entry: unknown, stores: StoreNames): Outline {
  const read = () => readEntry(name, entry, stores)
  if (!isObject(entry)) return { name, read }
  return { name, id: idOfEntry(entry), store: stores.find(entry['store'] ?? stores.usual), read }
}

/** The id in an entry, if it has one that is valid. */
export function idOfEntry(entry: unknown): string | undefined {
  const id = isObject(entry) ? ownString(entry, 'id') : undefined
  return id !== undefined && idPattern.test(id) ? id : undefined
}

/** What to write for `profile`, over what the file had under its name. */
export function writeEntry(profile: Profile, before: Entry | undefined, stores: StoreNames): Entry {
  const entry: Record<string, unknown> = { ...before }
  for (const field of known) {
    const value = profile[field]
    if (value === undefined) delete entry[field]
    else entry[field] = value
  }
  refuseUnreadable(profile.name, entry, stores)
  refuseSecrets(profile.name, entry)
  return entry
}

function refuseUnreadable(name: string, entry: Entry, stores: StoreNames): void {
  try {
    readEntry(name, entry, stores)
  } catch (error) {
    if (!(error instanceof ToknError)) throw error
    throw new ToknError(error.code, words.files.nothingWritten(error.message))
  }
}

/** Throws `usage` for a field that looks like a secret: secrets do not belong in this file. */
export function refuseSecrets(name: string, entry: unknown): void {
  if (!isObject(entry)) return
  const { settings } = entry
  const field =
    Object.keys(entry).find(looksSecret) ??
    (isObject(settings) ? Object.keys(settings).find(looksSecret) : undefined)
  if (field === undefined) return
  const label = display(name, 80)
  throw new ToknError('usage', words.files.secretInProfile(label, display(field, 40)))
}

/** Names that were found to be of no secret: all profiles have the same ones. */
const plainNames = new Set<string>()

function looksSecret(field: string): boolean {
  if (plainNames.has(field)) return false
  if (secretNames.has(field.toLowerCase().replace(/[_-]/g, ''))) return true
  if (plainNames.size < 256) plainNames.add(field)
  return false
}

/** URLs that were found right: profiles of one provider often have the same. */
const checked = new Map<string, string>()

function checkOnce(url: string): string {
  const known = checked.get(url)
  if (known !== undefined) return known
  const found = checkBaseUrl(url)
  if (checked.size < 256) checked.set(url, found)
  return found
}

interface Rule {
  readonly pattern: RegExp
  readonly fault: Fault
}

const oneLine: Rule = { pattern: /^[^\u0000-\u001f]+$/, fault: 'controlCharacter' }
const severalLines: Rule = {
  pattern: /^[^\u0000-\u0008\u000b-\u001f]*$/,
  fault: 'controlCharacter',
}

function text(name: string, entry: Entry, field: string, rule = oneLine): string {
  const value = entry[field]
  if (value === undefined) throw wrong(name, field, 'missing')
  if (typeof value !== 'string') throw wrong(name, field, 'notAText')
  if (value.length > longestText) throw wrong(name, field, { longest: longestText })
  if (!rule.pattern.test(value)) throw wrong(name, field, rule.fault)
  return value
}

function urls(name: string, field: 'apiUrls' | 'hosts', value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length > 64) throw wrong(name, field, 'notAList')
  return value.map((item) =>
    checkBaseUrl(text(name, { [field]: item }, field), words.files.url(field)),
  )
}

function strings(name: string, entry: Entry, field: string, keys: RegExp): Strings | undefined {
  const value = entry[field]
  if (value === undefined) return undefined
  if (!isObject(value)) throw wrong(name, field, 'notAnObject')
  const pairs = Object.keys(value).map((key) => {
    const segments = key.split('.')
    const harmful = ['__proto__', 'constructor', 'prototype'].some((word) =>
      segments.includes(word),
    )
    if (!keys.test(key) || harmful) {
      throw wrong(name, field, { key: display(key, 40) })
    }
    return [key, text(name, value, key, severalLines)] as const
  })
  return Object.fromEntries(pairs)
}

function readStore(name: string, entry: Entry, stores: StoreNames): StoreKind {
  const kind = stores.find(entry['store'] ?? stores.usual)
  if (kind === undefined) throw wrong(name, 'store', { oneOf: stores.kinds })
  return kind
}

function path(name: string, entry: Entry, field: string): string {
  const value = text(name, entry, field)
  if (!isAbsolute(value)) throw wrong(name, field, 'notAPath')
  return value
}

function wrong(name: string, field: string | undefined, fault: Fault): ToknError {
  return new ToknError('usage', words.files.badField(display(name, 80), field, fault))
}
