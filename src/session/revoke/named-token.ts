import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import type { TokenInfo } from '../../core/token.ts'
import { words } from '../../messages/words.ts'

/** A token that was named, as far as the list shows it. */
export interface NamedToken {
  readonly id: string
  readonly name?: string | undefined
  /** How many tokens the list shows under this id; absent where there is no list. */
  readonly listed?: number | undefined
  /** The names of the others that have this id: the API cannot tell them apart. */
  readonly alsoNamed: readonly string[]
  /** Whether a name was given for it, which says less than an id where several have one id. */
  readonly byName: boolean
  /** Whether the list showed it, or all that have its id, as revoked before. */
  readonly over: boolean
}

/** Characters of an id that are enough, where only one begins so: one alone is a typing error. */
const leastPrefix = 2

/**
 * The token that `word` names: by an id, by a name or a beginning of an id that only one has. Entries
 * of a list with one id are one token: to the API it is one. Throws `not_found`, `usage`.
 */
export function resolveToken(word: string, listed: readonly TokenInfo[] | undefined): NamedToken {
  if (word === '') throw new ToknError('usage', words.tokens.nothingNamed())
  if (listed === undefined) return unlisted(word)
  const found = findNamed(word, listed)
  const [id] = found
  if (id === undefined) throw unknown(word)
  if (found.length > 1) {
    const ids = found.map((one) => display(one, 256))
    throw new ToknError('not_found', words.tokens.ambiguous(display(word, 80), ids))
  }
  const same = listed.filter((token) => token.id === id)
  const byName = !id.startsWith(word)
  const named = same.find(({ name }) => byName && name === word) ?? same[0]
  return {
    id,
    name: named?.name,
    listed: same.length,
    byName,
    alsoNamed: same
      .filter((one) => one !== named)
      .map(({ name }) => name ?? words.tokens.nameless()),
    over: same.every(({ revokedAt }) => revokedAt !== undefined),
  }
}

/** What a word may be of a token, the best first: its id, its name, or a beginning of its id. */
const ways: ReadonlyArray<(word: string, token: TokenInfo) => boolean> = [
  (word, token) => token.id === word,
  (word, token) => token.name === word,
  (word, token) => word.length >= leastPrefix && token.id.startsWith(word),
]

/** Whether `word` may name a token. */
export function mayName(word: string, token: TokenInfo): boolean {
  return ways.some((fits) => fits(word, token))
}

/** The ids of the tokens that `word` fits, by the best that it can be: an id before all else. */
function findNamed(word: string, listed: readonly TokenInfo[]): readonly string[] {
  for (const fits of ways) {
    const ids = [...new Set(listed.filter((token) => fits(word, token)).map(({ id }) => id))]
    if (ids.length > 0) return ids
  }
  return []
}

/** A word is an id where there is no list; but not one that could mean more than one token. */
function unlisted(word: string): NamedToken {
  if (word === '*' || /(^|[/\\])\.{1,2}([/\\]|$)/.test(word)) {
    throw new ToknError('usage', words.tokens.notSentAsId(display(word, 80)))
  }
  return { id: word, byName: false, alsoNamed: [], over: false }
}

function unknown(word: string): ToknError {
  const shown = display(word, 80)
  if (/[/\\?#%*]|\.\./.test(word)) return new ToknError('usage', words.tokens.notIdOrName(shown))
  const short = word.length < leastPrefix
  return new ToknError('not_found', words.tokens.noSuchToken(shown, short))
}
