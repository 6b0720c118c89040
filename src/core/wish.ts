import { isObject } from './json.ts'

/** What a reader asks for, whose token is not good enough: more than the generation that it has. */
export interface WishFor {
  /** Milliseconds that the token has to live; absent: as long as usual. */
  readonly minTtl?: number | undefined
  /** A server has refused the token though its time is not up, or somebody wants another by name. */
  readonly rejected?: true | undefined
}

/** The longest text of a wish that is read, in characters. */
const longestWish = 1_000

/** A token that is asked to live longer than this many milliseconds is asked for in vain. */
const longestTtl = 366 * 86_400_000

/**
 * The text of a wish. Equal needs have equal texts, so that ten thousand jobs which wait for one
 * session leave a single wish: nothing in it says who they are.
 */
export function writeWish({ minTtl, rejected }: WishFor): string {
  return JSON.stringify({ v: 1, min_ttl: minTtl, rejected })
}

/** Reads what anybody with a reader's key may have written; `undefined` for what is no wish. */
export function readWish(text: string): WishFor | undefined {
  if (text.length > longestWish) return undefined
  const value = parse(text)
  if (!isObject(value) || value['v'] !== 1) return undefined
  const { min_ttl: minTtl, rejected } = value
  if (rejected !== undefined && rejected !== true) return undefined
  if (minTtl === undefined) return { rejected }
  const isLength = typeof minTtl === 'number' && Number.isSafeInteger(minTtl)
  return isLength && minTtl >= 0 && minTtl <= longestTtl ? { minTtl, rejected } : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
