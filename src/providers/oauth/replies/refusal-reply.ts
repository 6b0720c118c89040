import type { Clock, HttpReply } from '../../../core/ports.ts'
import { headerOf, readBody } from '../../replies/body.ts'
import { refusalTextOf, type RefusalText } from '../../replies/refusal-text.ts'
import { retryAfterOf } from '../../../core/retry.ts'
import { notBefore } from '../../replies/warnings.ts'
import type { ClientTries } from '../client/client.ts'

/** A refusal, as far as it could be understood. */
export interface RefusalReply extends RefusalText {
  /** Absent where the callback of the browser said it, and not an HTTP reply. */
  readonly status?: number | undefined
  /** It is not in the format of an OAuth server: a proxy answered. */
  readonly foreign?: boolean | undefined
  /** It says nothing but its status. */
  readonly empty?: boolean | undefined
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter?: number | undefined
  /** The hint when to try again. */
  readonly hint?: string | undefined
  /** How the client had authenticated, where it did. */
  readonly client?: ClientTries | undefined
  readonly asked?: AskedFor | undefined
}

/** What a login had asked for, and with what: as far as hints are made of it. */
export interface AskedFor {
  /** What was presented for a token, besides a code, which a login gets anew. */
  readonly presented?: 'password' | 'assertion' | 'key' | 'subject-token' | 'ci-token' | undefined
  /** The scopes that the server lists, made harmless, where none were asked for. */
  readonly scopes?: readonly string[] | undefined
}

/** Carries a refusal through openid-client, which would keep less of it. */
export class RefusedError extends Error {
  readonly refusal: RefusalReply

  constructor(refusal: RefusalReply) {
    super('the server refused the request')
    this.refusal = refusal
  }
}

/** Reads a refusal from the body, and from a challenge (RFC 6750 section 3). */
export function readRefusal(reply: HttpReply, clock: Clock): RefusalReply {
  const { status, headers } = reply
  const body = readBody(reply)
  const words = refusalTextOf(body)
  const challenge = readChallenge(headers)
  const codes = [...words.codes, ...challenge.codes]
  const retryAfter = retryAfterOf(headers, clock)
  return {
    status,
    codes,
    texts: [...words.texts, ...challenge.texts],
    foreign: body.kind === 'page' || (body.kind === 'text' && codes.length === 0),
    empty: body.kind === 'empty',
    retryAfter,
    hint: notBefore(retryAfter, clock),
  }
}

function readChallenge(headers: HttpReply['headers']): RefusalText {
  const challenge = headerOf(headers, 'www-authenticate') ?? ''
  const read = (name: string) => {
    const found = new RegExp(
      `\\b${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]+))`,
      'i',
    ).exec(challenge)
    const value = found?.[1]?.replace(/\\(.)/g, '$1') ?? found?.[2] ?? ''
    return value === '' ? [] : [value]
  }
  return { codes: read('error'), texts: read('error_description') }
}
