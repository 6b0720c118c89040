import { ToknError } from '../../core/errors.ts'
import { expiresAt, unknownExpiry, type Expiry } from '../../core/expiry.ts'
import { readDuration } from '../../core/duration.ts'
import type { Reach } from '../../core/provider.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { anotherUser, warn } from '../replies/warnings.ts'
import { attachKey } from './attachment.ts'
import type { Exchange, ProviderDefinition } from '../schema/definition.ts'
import type { Findings } from './findings.ts'
import { mentions } from '../schema/mentions.ts'
import type { ApiOperation } from './request.ts'

/** What a login or an issue found, as a token set. Throws `provider_nonsense` without a token. */
export function newTokenSet(
  api: ApiOperation,
  exchanges: readonly Exchange[],
  findings: Findings,
  grant: Grant,
  now: number,
): TokenSet {
  const { access, refresh, id, name, scopes, refreshUnreadable, signingKey } = findings
  if (access === undefined) throw withoutToken(api.definition, findings)
  const own = exchanges.some((exchange) => exchange.attach !== undefined)
  const asked = mentions(exchanges, 'lifetime', 'expires') ? grant.lifetime : undefined
  return {
    access,
    refresh,
    refreshUnreadable,
    expiry: orUsual(findings.expiry?.expiry, api.definition, now, asked),
    refreshExpiry: findings.refreshExpiry?.expiry,
    signingKey,
    id,
    name,
    scopes,
    context: { ...findings.context, ...(own && { [attachKey]: api.operation }) },
  }
}

/**
 * The held tokens with what a refresh found: RFC 6749 section 6 lets a server leave out what stays.
 * Throws `provider_nonsense` without a token. Tokens of another user are used, with one warning: the
 * old ones may be gone, and these may be the only ones.
 */
export function renewedTokenSet(
  api: ApiOperation,
  findings: Findings,
  held: TokenSet,
  now: number,
  reach: Pick<Reach, 'warn'>,
): TokenSet {
  const { access, refresh, refreshUnreadable } = findings
  if (access === undefined) throw withoutToken(api.definition, findings)
  const owner = held.context['userId']
  const newOwner = findings.context['userId']
  if (owner !== undefined && newOwner !== undefined && newOwner !== owner) {
    warn(reach, anotherUser(api.definition.title, owner, newOwner))
  }
  const same = refresh === undefined || refresh.equals(held.refresh)
  return {
    access,
    refresh: refresh ?? (refreshUnreadable === true ? undefined : held.refresh),
    refreshUnreadable,
    expiry: orUsual(findings.expiry?.expiry, api.definition, now, undefined),
    refreshExpiry: findings.refreshExpiry?.expiry ?? (same ? held.refreshExpiry : undefined),
    // The one held ends with the token held.
    signingKey: findings.signingKey,
    id: findings.id ?? held.id,
    name: findings.name ?? held.name,
    scopes: findings.scopes ?? held.scopes,
    context: { ...held.context, ...findings.context },
  }
}

function orUsual(
  found: Expiry | undefined,
  definition: ProviderDefinition,
  now: number,
  asked: number | undefined,
): Expiry {
  if (found !== undefined && found.state !== 'unknown') return found
  const usual = definition.lifetime === undefined ? undefined : readDuration(definition.lifetime)
  const lifetime = asked ?? usual
  return lifetime === undefined ? unknownExpiry : expiresAt(now + lifetime, definition.sliding)
}

function withoutToken({ title }: ProviderDefinition, { status }: Findings): ToknError {
  return new ToknError('provider_nonsense', words.replies.noTokenInside(title), {
    sent: true,
    http: status === undefined ? undefined : { status },
  })
}
