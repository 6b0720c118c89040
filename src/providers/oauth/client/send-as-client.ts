import { ToknError } from '../../../core/errors.ts'
import { isTransient } from '../../../core/retry.ts'
import type { Secret } from '../../../core/secret.ts'
import { words } from '../../../messages/words.ts'
import { warn } from '../../replies/warnings.ts'
import {
  isOfLogin,
  refusesClient,
  spendsGrant,
  type RequestName,
} from '../replies/explain-refusal.ts'
import { refusalIn, translate } from '../replies/library-errors.ts'
import { RefusedError } from '../replies/refusal-reply.ts'
import { retryWithServerTime } from '../server/clock-skew.ts'
import type { Connection } from '../server/connect.ts'
import type { ClientTries } from './client.ts'
import type { Audience, Proof } from './proofs.ts'

type Sender = Pick<Connection, 'client' | 'transport' | 'reach' | 'title' | 'settings'>

interface Sending {
  /** Further codes by which a server may blame the time of what is signed (`clock-skew.ts`). */
  readonly codes?: readonly string[] | undefined
  /** Whether the grant is good for one request only: an authorization code, a device code. */
  readonly once?: boolean | undefined
  /** Whether only the word for it says that it is the client: a bare status may mean the password. */
  readonly sure?: boolean | undefined
  /** Whether the grant is an assertion that we sign: for one audience or another. */
  readonly signs?: boolean | undefined
}

/**
 * Runs `call`, one request with the client's authentication. A server that refuses the client has not
 * looked at the grant yet (RFC 6749 section 5.2): the request is sent once more, by the next method;
 * and where a person is there and no secret was given, once more with the secret that is asked for.
 * A refused assertion is signed once more for the other audience. Throws what `call` throws last; but
 * the first reason where the second request says no more of it.
 */
export async function sendAsClient<Result>(
  sender: Sender,
  request: RequestName,
  call: () => Promise<Result>,
  sending: Sending = {},
): Promise<Result> {
  for (let isGiven = false; ; isGiven = true) {
    try {
      return await sendByEither(sender, request, call, sending)
    } catch (error) {
      if (isGiven && sending.once === true && whatIsRefused(request, error, sending) === 'grant') {
        throw spentMeanwhile(request, error)
      }
      const secret = await askForSecret(sender, request, error, sending)
      if (secret === undefined) throw error
      sender.client.give(secret)
    }
  }
}

async function sendByEither<Result>(
  sender: Sender,
  request: RequestName,
  call: () => Promise<Result>,
  sending: Sending,
): Promise<Result> {
  const { client, transport } = sender
  const before = client.current()
  const grantBefore = client.grantAudience()
  const first: { client?: unknown; grant?: unknown } = {}
  for (;;) {
    try {
      const result = await retryWithServerTime(transport.time, call, sending.codes)
      tellOther(sender, request, before, grantBefore)
      return result
    } catch (error) {
      const tries = client.tries()
      const refused = whatIsRefused(request, error, sending)
      if (refused === 'client' && mayGoOn(sender, request) && client.goOn(request === 'token')) {
        first.client ??= withTries(error, tries)
      } else if (refused !== undefined && sending.signs === true && client.goOnWithGrant()) {
        first.grant ??= withTries(error, tries)
      } else if (refused === 'client') {
        throw first.client === undefined ? withTries(error, tries) : withTries(first.client, tries)
      } else if (refused === 'grant' && first.grant !== undefined) {
        throw first.grant
      } else if (refused === 'grant' && first.client !== undefined && sending.once === true) {
        throw withTries(first.client, { ...tries, accepted: client.current()?.method })
      } else {
        if (isAnswer(error)) tellOther(sender, request, before, grantBefore)
        throw withTries(error, tries)
      }
    }
  }
}

/** A login that has to be begun anew, with the secret that was right. */
function spentMeanwhile(request: RequestName, error: unknown): unknown {
  const refused = translate(request, error)
  if (!(refused instanceof ToknError)) return refused
  return new ToknError(refused.code, words.oauthClient.spentMeanwhile(), refused.details)
}

/** Whether the server has looked at more than the client. */
function isAnswer(error: unknown): boolean {
  const status = refusalIn(error)?.status
  return status !== undefined && !isTransient(status)
}

function whatIsRefused(
  request: RequestName,
  error: unknown,
  sending: Sending,
): 'client' | 'grant' | undefined {
  const refusal = refusalIn(error)
  if (refusal === undefined) return undefined
  if (isAboutClient(request, error, sending)) return 'client'
  return request === 'token' && spendsGrant(request, refusal) ? 'grant' : undefined
}

function isAboutClient(request: RequestName, error: unknown, { sure }: Sending): boolean {
  const refusal = refusalIn(error)
  return refusal !== undefined && refusesClient(request, refusal, sure)
}

/**
 * What the token endpoint took once is right: another endpoint which refuses it means that this
 * client may not use it. But beside an assertion as the grant, nobody may have looked at the one of
 * the client (RFC 7523 section 3.1): the other audience may be the right one.
 */
function mayGoOn({ client }: Sender, request: RequestName): boolean {
  if (!client.isRemembered() || request === 'token' || request === 'refresh') return true
  return client.hasOtherAudience()
}

/** Says which method it was, where that is not the first. */
function tellOther(
  { client, reach, title }: Sender,
  request: RequestName,
  before: Proof | undefined,
  grantBefore: Audience,
): void {
  const now = client.current()
  const [refused] = client.tries().tried
  const { tookAnother, tookAudience } = words.oauthClient
  if (client.grantAudience() !== grantBefore) {
    warn(reach, tookAudience(title, client.grantAudience()))
  }
  if (now === undefined || refused === undefined || !client.hasGoneOn() || now === before) return
  if (now.method === refused) warn(reach, tookAudience(title, now.audience))
  else {
    const command = isOfLogin(request) ? '' : 'tokn login NAME '
    warn(reach, tookAnother(title, now.method, refused, command))
  }
}

function withTries(error: unknown, client: ClientTries): unknown {
  const refusal = refusalIn(error)
  return refusal?.status === undefined ? error : new RefusedError({ ...refusal, client })
}

/** The secret that a person gives instead of the refused one, or of none. */
async function askForSecret(
  { client, reach, settings }: Sender,
  request: RequestName,
  error: unknown,
  sending: Sending,
): Promise<Secret | undefined> {
  if (reach.askAgain === undefined || !isAboutClient(request, error, sending)) return undefined
  const { client_auth: named } = settings
  const isSecret = named === undefined || /^(client_secret|basic)_/.test(named)
  const holdsOther = client.tries().tried.some((one) => !/^(none|client_secret|basic)/.test(one))
  if (!isSecret || holdsOther) return undefined
  const refused = translate(request, error)
  if (!(refused instanceof ToknError)) return undefined
  return await reach.askAgain('client_secret', refused)
}
