import { ToknError } from '../../core/errors.ts'
import { mostScopes, type Reach } from '../../core/provider.ts'
import { words } from '../../messages/words.ts'
import { warn } from '../replies/warnings.ts'
import type { Exchange } from '../schema/definition.ts'
import type { RequestValues } from '../templates/placeholder-values.ts'
import { isScope } from './check-grant.ts'
import { runOperation } from './operation.ts'
import type { ApiOperation } from './request.ts'

/** Where a list is likely to be that the user knows the path of, and nothing more. */
const likely = ['scopes', 'methods', 'permissions', 'data', 'items', '']

/**
 * The scopes that the API lists, each once and in its order. Those that could not be asked for are
 * left out, with a warning. Throws `provider_nonsense` for a reply without a list.
 */
export async function runScopeList(
  api: ApiOperation,
  values: RequestValues,
  reach: Reach,
): Promise<readonly string[]> {
  const { definition } = api
  const found = await runOperation(api, [exchangeOf(definition.scopes?.list)], values, reach)
  const all = [...new Set(found.scopes ?? [])]
  if ((found.scopes ?? []).length >= mostScopes) {
    warn(reach, words.replies.scopesCut(definition.title, mostScopes))
  }
  const usable = all.filter((scope) => isScope(definition, scope))
  if (usable.length < all.length) {
    warn(reach, words.replies.unusableScopes(definition.title, all.length - usable.length))
  }
  if (usable.length > 0) return usable
  throw new ToknError('provider_nonsense', words.replies.noScopesListed(definition.title), {
    sent: true,
  })
}

function exchangeOf(list: string | Exchange | undefined): Exchange {
  if (typeof list === 'object') return list
  return { request: { method: 'GET', path: list ?? '/' }, reply: { scopes: likely } }
}
