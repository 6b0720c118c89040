import { isToknError, ToknError } from '../core/errors.ts'
import { claimedExpiry, readClaims } from '../core/jwt.ts'
import { neverExpires, unknownExpiry, type Expiry } from '../core/expiry.ts'
import type { Interaction } from '../core/ports.ts'
import { bindingOf, type Profile } from '../core/profile.ts'
import type { Provider, Reach } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import { checkGivenToken, type Grant, type TokenSet } from '../core/token.ts'
import type { Answers } from './answers.ts'
import { resetRefreshes, spendBudget } from './budget.ts'
import { entryOf, findHeld } from './held.ts'
import { indexRecord } from './history.ts'
import type { Ports } from './ports.ts'
import { fileSecrets } from './reach.ts'
import { writeAndReadBack } from './write.ts'

export interface LoginRequest {
  /** As it is to be stored; its settings are already those of `answers`. */
  readonly profile: Profile
  readonly provider: Provider
  readonly answers: Answers
  readonly grant: Grant
  /** Keep the secret answers, so that an expired session can log in again unattended. */
  readonly remember: boolean
  /** A token made elsewhere, instead of a login. */
  readonly pasted?: Secret | undefined
  /** Spend the last unit of a budget. */
  readonly force: boolean
  readonly interaction?: Interaction | undefined
}

/** Logs in and makes the record, without storing anything. */
export async function authenticate(ports: Ports, request: LoginRequest): Promise<SessionRecord> {
  const { profile, provider, answers, grant } = request
  provider.checkGrant(grant)
  const all: Reach['answers'] = {
    ...answers.settings,
    ...fileSecrets(ports, provider, profile.settings),
    ...answers.secrets,
  }
  const tokens = request.pasted
    ? paste(provider, request.pasted)
    : await logInto(ports, request, all)
  return {
    ...tokens,
    v: 1,
    profileId: profile.id,
    generation: 1,
    provider: provider.id,
    binding: bindingOf(profile),
    definition: provider.digest,
    origins: provider.origins,
    attach: provider.attach(tokens, all),
    obtainedAt: ports.clock.now(),
    grant,
    scopes: tokens.scopes ?? grant.scopes,
    name: tokens.name ?? grant.name,
    credentials: request.remember ? answers.secrets : undefined,
    fixed: request.pasted ? true : undefined,
  }
}

/**
 * Logs in and stores the session and its profile; the lock is held for the writing alone, since a
 * person may take minutes over the rest. A session that was held before is replaced.
 */
export async function login(ports: Ports, request: LoginRequest): Promise<SessionRecord> {
  const { profile } = request
  const store = await ports.store(profile.store)
  // Says now, not after the provider has spent a login, that nothing could be stored.
  await store.sealingKey()
  const record = await authenticate(ports, request)
  // It would be gone with this process; a profile of it would only be in the way.
  if (profile.store === 'memory') return record
  const held = await (await ports.lock())(entryOf(profile), ports.timeout)
  try {
    const before = await previous(ports, profile)
    const next = { ...record, generation: before + 1 }
    const journal = await ports.journal()
    await writeAndReadBack(store, next)
    journal.remove(entryOf(profile))
    await ports.profiles.put(profile)
    if (ports.profiles.defaultName() === undefined) await ports.profiles.setDefault(profile.name)
    await indexRecord(ports, next, request.pasted ? 'imported' : 'login')
    return next
  } finally {
    await held.release()
  }
}

async function logInto(
  ports: Ports,
  { profile, provider, grant, force, interaction }: LoginRequest,
  answers: Reach['answers'],
): Promise<TokenSet> {
  if (provider.login === undefined) {
    throw new ToknError('unsupported', provider.why.login ?? `${provider.title} has no login`, {
      hint: `paste a token made elsewhere: tokn login ${profile.name} --with-token`,
    })
  }
  await spendBudget(ports, profile, provider, undefined, 'logins', force)
  const http = await ports.http(profile)
  const tokens = await provider.login({ http, clock: ports.clock, answers, interaction }, grant)
  await resetRefreshes(ports, profile, provider)
  return tokens
}

function paste(provider: Provider, access: Secret): TokenSet {
  if (provider.pasted === undefined) {
    throw new ToknError('unsupported', `${provider.title} has no tokens that are made elsewhere`, {
      hint: 'log in without --with-token',
    })
  }
  checkGivenToken(access)
  const jti = readClaims(access.reveal())?.['jti']
  return {
    access,
    expiry: pastedExpiry(provider.pasted.expiry, access),
    id: typeof jti === 'string' ? jti : undefined,
    context: {},
  }
}

function pastedExpiry(kind: 'never' | 'unknown' | 'jwt', access: Secret): Expiry {
  if (kind === 'jwt') return claimedExpiry(access.reveal())
  return kind === 'never' ? neverExpires : unknownExpiry
}

/** The generation to follow. A record that cannot be read is no reason not to log in anew. */
async function previous(ports: Ports, profile: Profile): Promise<number> {
  const indexed = ports.index.get(profile.id)?.generation ?? 0
  try {
    return Math.max(indexed, (await findHeld(ports, profile))?.generation ?? 0)
  } catch (error) {
    if (isToknError(error, 'store')) return indexed
    throw error
  }
}
