import { isToknError } from '../../core/errors.ts'
import type { TokenInfo } from '../../core/token.ts'
import type { Call } from '../call.ts'
import { mayName } from './named-token.ts'

/** As many tokens as are held whatever they are; of a longer list those that matter. */
const mostHeld = 10_000

/**
 * The tokens that the provider lists: all, or, of a long list, the own one, those that one of `named`
 * may name, and all that have an id of those. `undefined` where there is no list, or it may not be seen.
 */
export async function listNamed(
  call: Call,
  named: readonly string[],
): Promise<readonly TokenInfo[] | undefined> {
  const isNamed = (token: TokenInfo) => named.some((word) => mayName(word, token))
  try {
    const { tokens, isPart } = await listMostly(call, isNamed)
    const found = (tokens ?? []).filter(isNamed)
    const byName = found.some(({ name }) => name !== undefined && named.includes(name))
    if (!isPart || !byName) return tokens
    // One of that id and another name may have been passed over, and would be revoked with it.
    const ids = new Set(found.map(({ id }) => id))
    return (await listMostly(call, (token) => isNamed(token) || ids.has(token.id))).tokens
  } catch (error) {
    // Revoking by a full id needs no list, and some tokens may revoke but not list.
    if (isToknError(error, 'forbidden')) return undefined
    throw error
  }
}

/** The tokens of these ids, and the own one; `undefined` where there is no list. */
export async function listIds(
  call: Call,
  ids: readonly string[],
): Promise<readonly TokenInfo[] | undefined> {
  return (await listMostly(call, ({ id }) => ids.includes(id))).tokens
}

async function listMostly(
  { provider, reach, record }: Call,
  matters: (token: TokenInfo) => boolean,
) {
  let count = 0
  const keep = (page: readonly TokenInfo[]) => {
    count += page.length
    if (count <= mostHeld) return page
    return page.filter((token) => token.id === record.id || matters(token))
  }
  const tokens = await provider.list?.(reach, record, { keep })
  return { tokens, isPart: count > mostHeld }
}
