import { openSession } from '../session.ts'
import { isFailure, isToknError, ToknError } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import type { Provider } from '../../core/provider.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { callWithToken, unsupported, type Call } from '../call.ts'
import { findEarlier, settleEarlier } from './issue-again.ts'
import { heirOf } from '../unfinished/issued.ts'
import { listNamed } from '../unfinished/made.ts'
import { openMark, type OpenMark, type Wish } from '../unfinished/open.ts'
import { removeEmpty } from '../unfinished/issues.ts'
import { watchRequests, type Watch } from '../unfinished/watch.ts'
import { thisMoment } from '../moment.ts'
import { place } from '../login/save-session.ts'
import type { Ports } from '../ports.ts'
import { proveStorage } from '../login/check-storage.ts'

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
  const provider = await checkIssue(ports, parent, grant)
  const finished = earlier && (await settleEarlier(ports, parent, earlier, grant))
  if (finished !== undefined) return { ...finished, delivered: () => undefined }
  const kept =
    saveAs === undefined
      ? undefined
      : {
          ...parent,
          usualStore: undefined,
          name: saveAs,
          id: earlier?.profile.id ?? ports.randomId(),
        }
  const wish = kept === undefined ? grant : nameWish(ports, provider, grant, kept)
  const attempt = await begin(ports, parent, provider, wish, kept)
  try {
    if (kept !== undefined) await prepare(ports, kept)
    return await callWithToken(openSession(ports, parent), 'issue', (call) =>
      issueOnce(ports, call, attempt),
    )
  } catch (error) {
    if (!attempt.watch.mayHaveMade()) await undo(ports, attempt)
    throw error
  }
}

/** The provider of `parent`. Throws `unsupported` where it issues nothing, `usage` for a wrong grant. */
export async function checkIssue(ports: Ports, parent: Profile, grant: Grant): Promise<Provider> {
  const provider = await ports.provider(parent)
  if (provider.issue === undefined) throw unsupported(provider, 'issue')
  provider.checkGrant(grant)
  return provider
}

/** One issue on its way. */
interface Attempt {
  readonly grant: Grant
  readonly kept: Profile | undefined
  readonly mark: OpenMark | undefined
  readonly watch: Watch
}

async function begin(
  ports: Ports,
  { id, name, store }: Profile,
  provider: Provider,
  grant: Grant,
  kept: Profile | undefined,
): Promise<Attempt> {
  const origin = provider.origins[0] ?? ''
  const wish: Wish = { kind: 'issue', store, origin, profile: kept, parent: { id, name }, grant }
  const mark = kept === undefined ? await tryMark(ports, wish) : await openMark(ports, wish)
  const watch = watchRequests(
    ports.clock,
    () => mark?.note({ sent: true }),
    async (answers) => {
      // The store, or the terminal, is the place that is left for it.
      await orWarn(ports, async () => await mark?.keep(JSON.stringify(answers)))
    },
  )
  return { grant, kept, mark, watch }
}

/** Proves that the token can be kept, and makes its profile; it may be there from an earlier time. */
async function prepare(ports: Ports, kept: Profile): Promise<void> {
  await proveStorage(openSession(ports, kept))
  const there = ports.profiles
    .outlines()
    .some(({ name, id }) => name === kept.name && id === kept.id)
  if (!there) await ports.profiles.create(kept)
}

async function undo(ports: Ports, { kept, mark }: Attempt): Promise<void> {
  if (kept !== undefined) await orWarn(ports, () => removeEmpty(openSession(ports, kept)))
  mark?.remove()
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
  call: Call,
  { grant, kept, mark, watch }: Attempt,
): Promise<Issued> {
  const { provider, reach, record, profile: parent } = call
  // What is only printed is looked for by its name alone: one request more is not worth it.
  if (kept !== undefined) mark?.note({ before: await listIds(call, grant) })
  const tokens = await provider.issue?.({ ...reach, http: watch.over(reach.http) }, record, grant)
  if (tokens === undefined) throw unsupported(provider, 'issue')
  if (kept === undefined) return { tokens, delivered: () => mark?.remove() }
  const heir = heirOf(record, tokens, grant, provider, kept, thisMoment(ports.clock))
  const placing = place(ports, kept, heir, {
    reason: 'issued',
    by: parent.name,
    adopt: false,
  })
  const { profile } = await placing.catch((error: unknown) => {
    throw untold(error)
  })
  mark?.remove()
  return { tokens, savedAs: profile, delivered: () => undefined }
}

/** What is there before; that it cannot be listed keeps nobody from issuing. */
async function listIds(call: Call, { name }: Grant): Promise<readonly string[] | undefined> {
  try {
    return (await listNamed(call, name))?.map(({ id }) => id)
  } catch (error) {
    // A token that the provider takes no more is refreshed, and all this done once more.
    const refused = isToknError(error, 'reauth_required') && error.details.http !== undefined
    if (refused || !isFailure(error)) throw error
    return undefined
  }
}

/** A token that is only printed needs no disk: without a mark, a kill may leave it unknown. */
async function tryMark(ports: Ports, wish: Wish): Promise<OpenMark | undefined> {
  if (!ports.stores.traits(wish.store).outlivesProcess) return undefined
  let mark: OpenMark | undefined
  await orWarn(ports, async () => {
    mark = await openMark(ports, wish)
  })
  return mark
}

/** The token is sealed, though it could not be stored. */
function untold(error: unknown): unknown {
  if (!(error instanceof ToknError)) return error
  const code = error.code === 'usage' ? 'store' : error.code
  const message = `the token was issued, but could not be stored yet: ${error.message}`
  return new ToknError(code, message, { ...error.details, hint: 'tokn doctor --fix' })
}

async function orWarn(ports: Ports, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!isToknError(error, 'store', 'busy', 'usage')) throw error
    ports.warn(error.message)
  }
}
