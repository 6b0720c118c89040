import { isToknError, ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import type { Grant, TokenSet } from '../core/token.ts'
import { callWithToken, unsupported, type Call } from './call.ts'
import { findEarlier, settleEarlier } from './issue-again.ts'
import { heirOf } from './marks/issued.ts'
import { listNamed } from './marks/made.ts'
import { openMark, type OpenMark, type Wish } from './marks/open.ts'
import { removeEmpty } from './marks/unfinished.ts'
import { watchRequests } from './marks/watch.ts'
import { place } from './place.ts'
import type { Ports } from './ports.ts'
import { proveStorage } from './prove.ts'

export interface Issued {
  readonly tokens: TokenSet
  /** The profile that keeps it, where asked for. */
  readonly savedAs?: Profile | undefined
  /** To be called once the tokens are handed over: until then `tokn doctor` knows of them. */
  delivered(): void
}

/**
 * Issues a further token with the held one. Its value is given once, here. What is to be kept has
 * its profile, and a mark in the journal, before the request goes out; an issue of the same profile
 * that was cut off is finished instead, where its answer is there, and never makes a second token
 * unseen.
 */
export async function issueToken(
  ports: Ports,
  parent: Profile,
  grant: Grant,
  saveAs: string | undefined,
): Promise<Issued> {
  const earlier = saveAs === undefined ? undefined : await findEarlier(ports, parent, saveAs)
  const provider = await ports.provider(parent)
  if (provider.issue === undefined) throw unsupported(provider, 'issue')
  provider.checkGrant(grant)
  const finished = earlier && (await settleEarlier(ports, parent, earlier, grant))
  if (finished !== undefined) return { ...finished, delivered: () => undefined }
  const kept =
    saveAs === undefined
      ? undefined
      : { ...parent, name: saveAs, id: earlier?.profile.id ?? ports.randomId() }
  if (kept !== undefined) await proveStorage(ports, kept)
  const wish = kept === undefined ? grant : nameWish(ports, provider, grant, kept)
  return await callWithToken(ports, parent, 'issue', (call) =>
    issueOnce(ports, parent, call, wish, kept),
  )
}

/** The grant, with a name by which the token can be found again: a new one where none was given. */
function nameWish(ports: Ports, provider: Provider, grant: Grant, { name }: Profile): Grant {
  if (grant.name !== undefined) return grant
  const named = { ...grant, name: `tokn-${name}-${ports.randomId().slice(0, 8)}` }
  try {
    provider.checkGrant(named)
    return named
  } catch (error) {
    // The API has no names for tokens.
    if (isToknError(error, 'usage')) return grant
    throw error
  }
}

async function issueOnce(
  ports: Ports,
  parent: Profile,
  call: Call,
  grant: Grant,
  kept: Profile | undefined,
): Promise<Issued> {
  // What is only printed is looked for by its name alone: one request more is not worth it.
  const there = kept === undefined ? undefined : await listNamed(call, grant.name)
  const before = there?.map(({ id }) => id)
  const { id, name, store } = parent
  const origin = call.provider.origins[0] ?? ''
  const wish: Wish = {
    kind: 'issue',
    store,
    origin,
    profile: kept,
    parent: { id, name },
    grant,
    before,
  }
  const mark = kept === undefined ? await tryMark(ports, wish) : await openMark(ports, wish)
  if (kept !== undefined) await claim(ports, kept, mark)
  const tokens = await request(ports, call, grant, mark, kept)
  if (kept === undefined) return { tokens, delivered: () => mark?.remove() }
  const heir = heirOf(call.record, tokens, grant, call.provider, kept, ports.clock.now())
  const { profile } = await keepOrTell(() =>
    place(ports, kept, heir, { reason: 'login', adopt: false }),
  )
  mark?.remove()
  return { tokens, savedAs: profile, delivered: () => undefined }
}

/** Makes the profile; it may be there, from an issue that was cut off. */
async function claim(ports: Ports, kept: Profile, mark: OpenMark | undefined): Promise<void> {
  const there = ports.profiles
    .outlines()
    .some(({ name, id }) => name === kept.name && id === kept.id)
  try {
    if (!there) await ports.profiles.create(kept)
  } catch (error) {
    mark?.remove()
    throw error
  }
}

async function request(
  ports: Ports,
  { provider, reach, record }: Call,
  grant: Grant,
  mark: OpenMark | undefined,
  kept: Profile | undefined,
): Promise<TokenSet> {
  const watch = watchRequests(
    ports.clock,
    () => mark?.note({ sent: true }),
    async (answers) => {
      // The store, or the terminal, is the place that is left for it.
      await orWarn(ports, async () => await mark?.keep(JSON.stringify(answers)))
    },
  )
  try {
    const tokens = await provider.issue?.({ ...reach, http: watch.over(reach.http) }, record, grant)
    if (tokens === undefined) throw unsupported(provider, 'issue')
    return tokens
  } catch (error) {
    if (!watch.mayHaveMade()) {
      if (kept !== undefined) await orWarn(ports, () => removeEmpty(ports, kept))
      mark?.remove()
    }
    throw error
  }
}

/** A token that is only printed needs no disk: without a mark, a kill may leave it unknown. */
async function tryMark(ports: Ports, wish: Wish): Promise<OpenMark | undefined> {
  if (wish.store === 'memory') return undefined
  let mark: OpenMark | undefined
  await orWarn(ports, async () => {
    mark = await openMark(ports, wish)
  })
  return mark
}

async function keepOrTell<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ToknError)) throw error
    throw new ToknError(
      error.code === 'usage' ? 'store' : error.code,
      `the token was issued, but could not be stored yet: ${error.message}`,
      { ...error.details, hint: 'tokn doctor --fix' },
    )
  }
}

async function orWarn(ports: Ports, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!isToknError(error, 'store', 'busy', 'usage')) throw error
    ports.warn(error.message)
  }
}
