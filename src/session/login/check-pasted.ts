import { isFailure, isToknError, ToknError } from '../../core/errors.ts'
import type { Provider, Reach } from '../../core/provider.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { askAbout } from '../info.ts'
import { talk, within } from '../reach.ts'
import type { Session } from '../session.ts'
import type { Pasted } from './pasted.ts'

/** Longest that the check may take, in milliseconds: a machine without a network has to go on. */
const patience = 10_000

/** What the provider says of tokens; `unknown` where it says nothing, and why. */
type Verdict =
  | { readonly state: 'accepted'; readonly tokens: TokenSet }
  | { readonly state: 'refused'; readonly why?: string | undefined }
  | { readonly state: 'unknown'; readonly why: string }

/**
 * The tokens with what the provider says of them, where it can be asked. Throws `reauth_required`
 * for what it refuses, unless the user keeps it all the same. Whatever else fails is told.
 */
export async function checkPasted(
  session: Session,
  provider: Provider,
  pasted: Pasted,
  tokens: TokenSet,
  answers: Reach['answers'],
): Promise<TokenSet> {
  const { title } = provider
  if (provider.info === undefined && provider.list === undefined) {
    pasted.tell?.(words.pasted.nothingToAsk(title))
    return tokens
  }
  const verdict = await ask(session, provider, tokens, answers)
  switch (verdict.state) {
    case 'accepted':
      pasted.tell?.(words.pasted.checked(title))
      return verdict.tokens
    case 'unknown':
      session.ports.warn(words.pasted.notChecked(title, verdict.why))
      return tokens
    case 'refused':
      await keepOrThrow(pasted, words.pasted.refused(title, verdict.why))
      return tokens
  }
}

async function keepOrThrow({ keepRefused }: Pasted, refused: string): Promise<void> {
  if (keepRefused === undefined) {
    throw new ToknError('reauth_required', words.pasted.notKept(refused))
  }
  if (await keepRefused(refused)) return
  throw new ToknError('interrupted', words.pasted.notStored())
}

async function ask(
  session: Session,
  provider: Provider,
  tokens: TokenSet,
  answers: Reach['answers'],
): Promise<Verdict> {
  const { ports } = session
  const talking = talk(ports)
  const end = ports.clock.now() + patience
  const timeLeft = () => Math.max(0, Math.min(talking.timeLeft(), end - ports.clock.now()))
  try {
    const http = within(await session.http(), timeLeft)
    const reach = { ...talking, http, timeLeft, answers, warn: () => undefined }
    const said = await askAbout({ provider, reach, record: tokens })
    if (said.active === false && said.uncertain !== true) return { state: 'refused' }
    // The list takes no other token than one that is good.
    const silent = said.answered === false && provider.info !== undefined
    if (silent || said.uncertain === true) {
      return { state: 'unknown', why: words.session.saysNothing(provider.title) }
    }
    const { access, refresh } = said
    return {
      state: 'accepted',
      tokens: {
        ...tokens,
        scopes: said.scopes ?? tokens.scopes,
        expiry: tokens.expiry.state === 'at' ? tokens.expiry : (access ?? tokens.expiry),
        refreshExpiry: refresh ?? tokens.refreshExpiry,
      },
    }
  } catch (error) {
    if (!isFailure(error)) throw error
    const answered = error.details.http !== undefined
    return answered && isToknError(error, 'reauth_required')
      ? { state: 'refused', why: error.message }
      : { state: 'unknown', why: error.message }
  }
}
