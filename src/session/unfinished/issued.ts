import { openSession } from '../session.ts'
import { isToknError, ToknError } from '../../core/errors.ts'
import type { Http } from '../../core/ports.ts'
import type { Profile } from '../../core/profile.ts'
import type { Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { replayReplies, readKeptReply, type KeptReply } from '../kept-reply.ts'
import { reachFor } from '../call.ts'
import { checkProvider, readHeld } from '../stored-record.ts'
import type { Ports } from '../ports.ts'
import { openSealed, type Mark } from './find.ts'

/** The record of a token that was issued with the session `parent`. */
export function heirOf(
  parent: SessionRecord,
  tokens: TokenSet,
  grant: Grant,
  provider: Provider,
  profile: Profile,
  moment: Pick<SessionRecord, 'obtainedAt' | 'boot'>,
): SessionRecord {
  return {
    ...parent,
    ...tokens,
    refreshUnreadable: undefined,
    context: { ...parent.context, ...tokens.context },
    refresh: tokens.refresh,
    refreshExpiry: tokens.refreshExpiry,
    id: tokens.id,
    name: tokens.name ?? grant.name,
    scopes: tokens.scopes ?? grant.scopes,
    generation: 1,
    grant,
    attach: provider.attach(tokens, profile.settings),
    boot: undefined,
    ...moment,
    credentials: undefined,
    fixed: undefined,
    standing: undefined,
  }
}

/** A token from the answer that was kept, and the record to keep it as. */
export interface Reread {
  readonly tokens: TokenSet
  readonly heir: SessionRecord
}

/**
 * The tokens of an issue that was answered, from the answer kept: nothing is issued again.
 * `undefined` where there is no answer, or none that can be read. Throws `reauth_required`, `store`
 * where the session cannot be used that it was issued with.
 */
export async function readIssued(
  ports: Ports,
  parent: Profile,
  mark: Mark,
): Promise<Reread | undefined> {
  const text = await openSealed(ports, mark)
  if (text === undefined) return undefined
  const record = await readHeld(openSession(ports, parent))
  const provider = await ports.provider(parent)
  checkProvider(record, parent, provider)
  const reach = await reachFor(openSession(ports, parent), provider, record, 'issue')
  const again = replayReplies(readAnswers(text), unlessItMakes(reach.http), ports.clock)
  const grant = mark.grant ?? {}
  try {
    const tokens = await provider.issue?.({ ...reach, ...again }, record, grant)
    if (tokens === undefined) return undefined
    const moment = { obtainedAt: again.clock.now() }
    return { tokens, heir: heirOf(record, tokens, grant, provider, mark.profile ?? parent, moment) }
  } catch (error) {
    if (isToknError(error, 'provider_nonsense')) return undefined
    throw error
  }
}

function readAnswers(text: string): readonly KeptReply[] {
  const value: unknown = JSON.parse(text)
  return Array.isArray(value) ? value.flatMap((one) => readKeptReply(one) ?? []) : []
}

/** `http` for what makes nothing: a request that may make a token and was not answered stays unsent. */
function unlessItMakes(http: Http): Http {
  return async (request) => {
    if (request.grants !== true) return await http(request)
    throw new ToknError('provider_nonsense', 'what the provider had answered is not all of it')
  }
}
