import { ToknError } from '../../../core/errors.ts'
import { words } from '../../../messages/words.ts'
import { refusalIn } from '../replies/library-errors.ts'
import type { Transport } from '../server/transport.ts'

/** What a server says that found no parameter in the body, besides nothing. */
const ofUnread: ReadonlySet<string> = new Set(['invalid_request', 'unsupported_grant_type'])

/**
 * Runs `call`, and once more in the other format after status 415 (RFC 9110 section 15.5.16): that
 * body was refused for its type, before anybody looked at what it would spend. Signed anew. A refusal of
 * the second that says no more than a body which nobody could read is no verdict.
 */
export async function retryInOtherFormat<Result>(
  { shape }: Transport,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    if (refusalIn(error)?.status !== 415 || !shape.changeFormat()) throw error
    try {
      return await call()
    } catch (second) {
      const codes = refusalIn(second)?.codes
      throw codes?.every((code) => ofUnread.has(code.toLowerCase())) === true ? error : second
    }
  }
}

/** The error, with what to try where the server wanted another format, by its words or its status. */
export function withFormatHint({ shape }: Transport, refused: unknown, error: unknown): unknown {
  const refusal = refusalIn(refused)
  if (!(error instanceof ToknError) || refusal?.status === undefined) return error
  const { status, codes, texts } = refusal
  const ofFormat = /\bjson\b|content[- ]?type|media[- ]?type/i.test([...codes, ...texts].join(' '))
  const mayBe = status === 415 || ([400, 406, 422].includes(status) && ofFormat)
  if (!mayBe || error.hint !== undefined || shape.format() === 'json') return error
  const hint = words.oauthParameters.wantsJson()
  return new ToknError(error.code, error.message, { ...error.details, hint })
}
