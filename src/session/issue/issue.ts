import { isFailure, isToknError, ToknError } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import type { Provider } from '../../core/provider.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { callWithToken, unsupported, type Call } from '../call.ts'
import { proveStorage } from '../check-storage.ts'
import { saveSession } from '../save-session.ts'
import { thisMoment } from '../moment.ts'
import type { Ports } from '../ports.ts'
import { refuseReader } from '../fleet/reader.ts'
import type { Session } from '../session.ts'
import { removeEmpty } from '../unfinished/issues.ts'
import { recordOfIssued } from '../unfinished/kept-issue.ts'
import { openIntent, type IntentDraft, type OpenIntent } from '../unfinished/open-intent.ts'
import { listNamed } from '../unfinished/possible-tokens.ts'
import { watchRequests, type Watch } from '../unfinished/watch.ts'
import { findEarlier, finishEarlier } from './issue-again.ts'

export interface Issued {
  readonly tokens: TokenSet
  /** The profile that keeps it, where asked for. */
  readonly savedAs?: Profile | undefined
  /** To be called once the tokens are handed over: until then `tokn doctor` knows of them. */
  delivered(): Promise<void> | void
}

/**
 * Issues a further token with the session `parent`. Its value is given once, here. What is to be
 * kept has its profile, and an intent in the journal, before the request goes out; an issue of the
 * same profile that was cut off is finished instead, where its reply is there, and never makes a
 * second token unseen.
 */
export async function issueToken(
  parent: Session,
  grant: Grant,
  saveAs: string | undefined,
): Promise<Issued> {
  const { ports } = parent
  await refuseReader(parent, 'issue')
  const earlier = saveAs === undefined ? undefined : await findEarlier(parent, saveAs)
  const provider = await checkIssue(parent, grant)
  const finished = earlier && (await finishEarlier(parent, earlier, grant))
  if (finished !== undefined) return { ...finished, delivered: () => undefined }
  const id = earlier?.profile.id ?? ports.randomId()
  const kept =
    saveAs === undefined
      ? undefined
      : parent.of({ ...parent.profile, hosts: undefined, usualStore: undefined, name: saveAs, id })
  const named = kept === undefined ? grant : withName(ports, provider, grant, kept.name)
  const attempt = await begin(parent, provider, named, kept)
  try {
    if (kept !== undefined) await prepare(kept)
    return await callWithToken(parent, 'issue', (call) => issueOnce(call, attempt))
  } catch (error) {
    if (!attempt.watch.mayHaveMade()) await undo(ports, attempt)
    throw error
  }
}

/** The provider of `parent`. Throws `unsupported` where it issues nothing, `usage` for a wrong grant. */
export async function checkIssue(parent: Session, grant: Grant): Promise<Provider> {
  await refuseReader(parent, 'issue')
  const provider = await parent.provider()
  if (provider.issue === undefined) throw unsupported(provider, 'issue')
  provider.checkGrant(grant)
  return provider
}

/** One issue on its way. */
interface Attempt {
  readonly grant: Grant
  /** The session that is to hold the token; absent where it is printed. */
  readonly kept: Session | undefined
  readonly intent: OpenIntent | undefined
  readonly watch: Watch
}

async function begin(
  { ports, profile: { id, name, store } }: Session,
  provider: Provider,
  grant: Grant,
  kept: Session | undefined,
): Promise<Attempt> {
  const origin = provider.origins[0] ?? ''
  const parent = { id, name }
  const draft = { kind: 'issue', store, origin, profile: kept?.profile, parent, grant } as const
  const intent = kept === undefined ? await tryIntent(ports, draft) : await openIntent(ports, draft)
  const watch = watchRequests(
    ports.clock,
    () => intent?.note({ sent: true }),
    async (answers) => {
      // The store, or the terminal, is the place that is left for it.
      await orWarn(ports, async () => await intent?.keep(JSON.stringify(answers)))
    },
  )
  return { grant, kept, intent, watch }
}

/** Proves that the token can be kept, and makes its profile; it may be there from an earlier time. */
async function prepare(kept: Session): Promise<void> {
  await proveStorage(kept)
  const { profiles } = kept.ports
  const there = profiles.outlines().some(({ name, id }) => name === kept.name && id === kept.id)
  if (!there) await profiles.create(kept.profile)
}

async function undo(ports: Ports, { kept, intent }: Attempt): Promise<void> {
  if (kept !== undefined) await orWarn(ports, () => removeEmpty(kept))
  await intent?.remove()
}

/** The grant, with a name by which the token can be found again: a new one where none was given. */
function withName(ports: Ports, provider: Provider, grant: Grant, profile: string): Grant {
  if (grant.name !== undefined) return grant
  const named = { ...grant, name: `tokn-${profile}-${ports.randomId().slice(0, 8)}` }
  try {
    provider.checkGrant(named)
    return named
  } catch (error) {
    // The API has no names for tokens.
    if (isToknError(error, 'usage')) return grant
    throw error
  }
}

async function issueOnce(call: Call, { grant, kept, intent, watch }: Attempt): Promise<Issued> {
  const { provider, reach, record, session: parent } = call
  // What is only printed is looked for by its name alone: one request more is not worth it.
  if (kept !== undefined) await intent?.note({ before: await listIds(call, grant) })
  const watched = { ...reach, http: watch.over(reach.http) }
  const tokens = await issueOrNarrow({ ...call, reach: watched }, grant)
  if (kept === undefined) return { tokens, delivered: () => intent?.remove() }
  const moment = thisMoment(parent.ports.clock)
  const issued = recordOfIssued(record, tokens, grant, provider, kept.profile, moment)
  const options = { reason: 'issued', by: parent.name, adopt: false } as const
  const { profile } = await saveSession(kept, issued, options).catch((error: unknown) => {
    throw notStored(error, intent?.keeps === true)
  })
  await intent?.remove()
  return { tokens, savedAs: profile, delivered: () => undefined }
}

/** By the token at hand; or by the refresh token where the provider says so, in a refresh. */
async function issueOrNarrow(
  { session, provider, reach, record }: Call,
  grant: Grant,
): Promise<TokenSet> {
  try {
    const tokens = await provider.issue?.(reach, record, grant)
    if (tokens !== undefined) return tokens
  } catch (error) {
    const byRefresh = isToknError(error, 'unsupported') && error.details.fault === 'by-refresh'
    if (!byRefresh || provider.narrow === undefined) throw error
    const { narrowThrough } = await import('../narrow-session.ts')
    return await narrowThrough(session, grant)
  }
  throw unsupported(provider, 'issue')
}

/** What is there before; that it cannot be listed keeps nobody from issuing. */
async function listIds(call: Call, { name }: Grant): Promise<readonly string[] | undefined> {
  try {
    return (await listNamed(call, name))?.map(({ id }) => id)
  } catch (error) {
    // A token that the provider no longer takes is refreshed, and all this done once more.
    const refused = isToknError(error, 'reauth_required') && error.details.http !== undefined
    if (refused || !isFailure(error)) throw error
    return undefined
  }
}

/** A token that is only printed needs no disk: without an intent, a kill may leave it unknown. */
async function tryIntent(ports: Ports, draft: IntentDraft): Promise<OpenIntent | undefined> {
  if (!ports.stores.traits(draft.store).outlivesProcess) return undefined
  let intent: OpenIntent | undefined
  await orWarn(ports, async () => {
    intent = await openIntent(ports, draft)
  })
  return intent
}

/** `isKept`: the token is sealed, though it could not be stored. */
function notStored(error: unknown, isKept: boolean): unknown {
  if (!(error instanceof ToknError)) return error
  const code = error.code === 'usage' ? 'store' : error.code
  const { issuedNotStored, issuedLost } = words.tokens
  const { message, hint } = (isKept ? issuedNotStored : issuedLost)(error.message)
  return new ToknError(code, message, { ...error.details, hint })
}

async function orWarn(ports: Ports, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!isToknError(error, 'store', 'network', 'busy', 'usage')) throw error
    ports.warn(error.message)
  }
}
