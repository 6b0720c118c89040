import { isToknError, ToknError } from '../../core/errors.ts'
import type { Http } from '../../core/ports.ts'
import type { Profile } from '../../core/profile.ts'
import type { Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { reachFor } from '../call.ts'
import { replayReplies, readKeptReply, type KeptReply } from '../kept-reply.ts'
import type { Session } from '../session.ts'
import { withKeptProofs } from '../kept-proofs.ts'
import { checkProvider } from '../stored-record.ts'
import { openSealed, type Unfinished } from './find.ts'

/** The record of a token that was issued with the session whose record is `parent`. */
export function recordOfIssued(
  parent: SessionRecord,
  tokens: TokenSet,
  grant: Grant,
  provider: Provider,
  profile: Profile,
  moment: Pick<SessionRecord, 'obtainedAt' | 'boot'>,
): SessionRecord {
  return withKeptProofs(provider, {
    ...parent,
    ...tokens,
    refreshUnreadable: undefined,
    context: withoutOwned(provider, { ...parent.context, ...tokens.context }),
    refresh: tokens.refresh,
    refreshExpiry: tokens.refreshExpiry,
    signingKey: tokens.signingKey,
    id: tokens.id,
    name: tokens.name ?? grant.name,
    scopes: tokens.scopes ?? grant.scopes,
    generation: 1,
    accessSince: undefined,
    grant,
    attach: provider.attach(tokens, profile.settings),
    boot: undefined,
    prolongedAt: undefined,
    ...moment,
    credentials: undefined,
    madeWith: undefined,
    outside: undefined,
    fixed: undefined,
    standing: undefined,
  })
}

/** What the session itself has to clean up is not left to the further one too. */
function withoutOwned({ carries }: Provider, context: TokenSet['context']): TokenSet['context'] {
  if (carries === undefined) return context
  const others = Object.entries(context).filter(([name]) => !carries.owned.includes(name))
  return Object.fromEntries(others)
}

/** A token from a reply that was kept, and the record to store it as. */
export interface KeptIssue {
  readonly tokens: TokenSet
  readonly record: SessionRecord
}

/**
 * The tokens of an issue that was answered, from the reply kept: nothing is issued again.
 * `undefined` where there is no reply, or none that can be read. Throws `reauth_required`, `store`
 * where the session `parent` cannot be used.
 */
export async function readKeptIssue(
  parent: Session,
  unfinished: Unfinished,
): Promise<KeptIssue | undefined> {
  const { ports, profile } = parent
  const text = await openSealed(ports, unfinished)
  if (text === undefined) return undefined
  const current = await parent.readRecord()
  const provider = await parent.provider()
  checkProvider(current, profile, provider)
  const reach = await reachFor(parent, provider, current, 'issue')
  const again = replayReplies(readReplies(text), refuseToIssue(reach.http), ports.clock)
  const grant = unfinished.grant ?? {}
  try {
    const tokens = await provider.issue?.({ ...reach, ...again }, current, grant)
    if (tokens === undefined) return undefined
    const moment = { obtainedAt: again.clock.now() }
    const kept = unfinished.profile ?? profile
    return { tokens, record: recordOfIssued(current, tokens, grant, provider, kept, moment) }
  } catch (error) {
    if (isToknError(error, 'provider_nonsense')) return undefined
    throw error
  }
}

function readReplies(text: string): readonly KeptReply[] {
  const value: unknown = JSON.parse(text)
  return Array.isArray(value) ? value.flatMap((one) => readKeptReply(one) ?? []) : []
}

/** `http` for all but a request that may make a token and was not answered: that stays unsent. */
function refuseToIssue(http: Http): Http {
  return async (request) => {
    if (request.grants !== true) return await http(request)
    throw new ToknError('provider_nonsense', words.unfinished.replyIncomplete())
  }
}
