import { ToknError } from '../../core/errors.ts'
import type { TokenSet } from '../../core/token.ts'
import type { Connection } from './connect.ts'
import type { GrantAnswer } from './token-response.ts'
import { tell } from '../replies/warnings.ts'
import { explainRefusal, type Asked } from './explain-refusal.ts'
import { inTime, untimely } from './clock-skew.ts'
import { readTokens, type Origin, type TokenReply } from './token-set.ts'
import { noOf, reasonOf, translate } from './library-errors.ts'

export interface Obtained extends Origin {
  readonly asked: Extract<Asked, 'token' | 'refresh'>
  /** Whether an ID token that is wrong spoils the answer: where a browser brought the code for it. */
  readonly strict?: boolean | undefined
}

/**
 * The tokens that `call`, one request to the token endpoint, gives. An answer with a usable access
 * token is taken whatever openid-client thinks of the rest: by then the old tokens may be gone. What
 * was left out of it is told. Throws as `translate` and `readTokens` do.
 */
export async function obtainTokens(
  connection: Connection,
  call: () => Promise<TokenReply>,
  origin: Obtained,
): Promise<TokenSet> {
  const reply = await receive(connection, call, origin)
  const granted = connection.wire.granted()
  if (granted === undefined) throw new Error('a token came from nowhere')
  tellOddities(connection, granted, origin)
  return readTokens(connection, reply, origin, granted)
}

async function receive(
  { wire, reach }: Connection,
  call: () => Promise<TokenReply>,
  { asked, strict, flow }: Obtained,
): Promise<TokenReply> {
  // An assertion that is the grant itself is refused as one (RFC 7521 section 4.1).
  const words = flow === 'jwt' ? ['invalid_grant'] : []
  try {
    const reply = await inTime(wire.time, call, words)
    const late = untimely(reply.claims(), wire.time)
    if (late === undefined) return reply
    if (strict === true) throw withStatus(lateIdToken(asked, late), wire.granted())
    tell(reach, `the ID token was dropped: ${late}`)
    return withoutIdToken(reply)
  } catch (error) {
    const granted = wire.granted()
    const usable = granted !== undefined && strict !== true && noOf(error) === undefined
    if (!usable) throw withStatus(translate(asked, error), granted)
    const what = granted.body['id_token'] === undefined ? 'a part of the answer' : 'the ID token'
    tell(reach, `${what} was dropped: ${reasonOf(error)}`)
    return withoutIdToken(granted.body)
  }
}

function withoutIdToken(body: Readonly<Record<string, unknown>>): TokenReply {
  const { id_token: _, ...rest } = body
  return { ...rest, claims: () => undefined } as unknown as TokenReply
}

function lateIdToken(asked: Asked, late: string): ToknError {
  const message = `the answer to the ${asked} request is not a valid one: the ID token says that ${late}`
  return new ToknError('provider_nonsense', message, {
    sent: true,
    hint: 'compare the clocks of this machine and of the server: tokn doctor',
  })
}

/** An answer that could not be taken was one: it is not lost. */
function withStatus(error: unknown, granted: GrantAnswer | undefined): unknown {
  if (!(error instanceof ToknError) || granted === undefined || error.details.http !== undefined) {
    return error
  }
  const http = { status: granted.status }
  return new ToknError(error.code, error.message, { ...error.details, http })
}

function tellOddities(
  { reach }: Connection,
  { body, no, oddities }: GrantAnswer,
  { asked, held }: Obtained,
): void {
  if (no !== undefined) {
    const refusal = explainRefusal(asked, no)
    const given = body.access_token
    const echoed = [held?.access, held?.refresh].some((secret) => secret?.reveal() === given)
    if (echoed) throw refusal
    tell(reach, `${refusal.message}, but a new token came with that, which was taken`)
  }
  for (const oddity of oddities) tell(reach, oddity)
}
