import { isObject } from '../../core/json.ts'

// The JSON of etcd's gateway: bytes in base64, 64-bit numbers as texts, and nothing for what is zero.

export type Answer = Readonly<Record<string, unknown>>

/** A key and its value, as etcd keeps them. */
export interface KeyValue {
  readonly key: string
  readonly value: string
  /** Revision of the last write. */
  readonly modified: number
  /** Id of the lease that it ends with. */
  readonly lease: string | undefined
}

export interface Header {
  readonly cluster: string
  readonly member: string
  readonly revision: number
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}

function decode(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString() : ''
}

/** 0 for what is no number that etcd counts with. */
export function numberIn(object: unknown, name: string): number {
  const number = Number(textIn(object, name))
  return Number.isSafeInteger(number) ? number : 0
}

export function textIn(object: unknown, name: string): string {
  const value = isObject(object) ? object[name] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

export function listIn(object: unknown, name: string): readonly unknown[] {
  const value = isObject(object) ? object[name] : undefined
  return Array.isArray(value) ? value : []
}

export function headerOf(answer: Answer): Header {
  const { header } = answer
  return {
    cluster: textIn(header, 'cluster_id'),
    member: textIn(header, 'member_id'),
    revision: numberIn(header, 'revision'),
  }
}

/** The keys and values of an answer to a range. */
export function valuesOf(range: unknown): readonly KeyValue[] {
  return listIn(range, 'kvs').map(readKeyValue)
}

export function readKeyValue(one: unknown): KeyValue {
  const lease = textIn(one, 'lease')
  return {
    key: isObject(one) ? decode(one['key']) : '',
    value: isObject(one) ? decode(one['value']) : '',
    modified: numberIn(one, 'mod_revision'),
    lease: lease === '' || lease === '0' ? undefined : lease,
  }
}

/** What each range of a transaction has found, in their order; what else was in it is an empty list. */
export function rangesOf(answer: Answer): ReadonlyArray<readonly KeyValue[]> {
  return listIn(answer, 'responses').map((one) =>
    valuesOf(isObject(one) ? one['response_range'] : undefined),
  )
}

export function hasSucceeded(answer: Answer): boolean {
  return answer['succeeded'] === true
}

/** The value of a key as the object that we have written; empty for anything else. */
export function objectOf(value: string): Answer {
  try {
    const read: unknown = JSON.parse(value)
    return isObject(read) ? read : {}
  } catch {
    return {}
  }
}

// Parts of requests.

export type Range = Readonly<Record<string, unknown>>

export function one(key: string): Range {
  return { key: encode(key) }
}

/** All keys that begin with `prefix`. */
export function allBelow(prefix: string): Range {
  return between(prefix, after(prefix))
}

/** `from` is in it, `to` is not. */
export function between(from: string, to: string): Range {
  return { key: encode(from), range_end: encode(to) }
}

/** The first text behind all that begin with `prefix`, which ends with a character of ASCII. */
export function after(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1)
  return prefix.slice(0, -1) + String.fromCharCode(last + 1)
}

export function getting(range: Range): Answer {
  return { request_range: range }
}

export function putting(key: string, value: string, lease?: string): Answer {
  const put = { key: encode(key), value: encode(value) }
  return { request_put: lease === undefined ? put : { ...put, lease } }
}

export function deleting(range: Range): Answer {
  return { request_delete_range: range }
}

/** That `key` has this value; `undefined`: that there is no such key. */
export function isValue(key: string, value: string | undefined): Answer {
  return value === undefined
    ? { key: encode(key), target: 'CREATE', result: 'EQUAL', create_revision: '0' }
    : { key: encode(key), target: 'VALUE', result: 'EQUAL', value: encode(value) }
}
