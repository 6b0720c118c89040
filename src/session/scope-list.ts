import { ToknError } from '../core/errors.ts'
import { mostScopes, type Provider } from '../core/provider.ts'
import { words } from '../messages/words.ts'
import { callWithToken } from './call.ts'
import type { Session } from './session.ts'

/** The scopes that a login or an issue can ask for. */
export interface ScopeList {
  readonly scopes: readonly string[]
  readonly from: 'api' | 'definition'
  /** Whether there are no others. */
  readonly complete: boolean
}

/**
 * The scopes of the API, from it where it is known to list them, else from its definition. Throws
 * `unsupported` where neither has any: with where to look instead.
 */
export async function listScopes(session: Session): Promise<ScopeList> {
  const provider = await session.provider()
  const { choices, known } = provider.traits?.scopes ?? {}
  if (provider.listScopes !== undefined) {
    const scopes = await callWithToken(
      session,
      'scopes',
      async (call) => (await call.provider.listScopes?.(call.reach, call.record)) ?? [],
    )
    return { scopes, from: 'api', complete: scopes.length < mostScopes }
  }
  if (choices !== undefined) return { scopes: choices, from: 'definition', complete: true }
  if (known !== undefined) return { scopes: known, from: 'definition', complete: false }
  throw noScopes(session, provider)
}

function noScopes({ name }: Session, provider: Provider): ToknError {
  const { title, docs, traits, fields, overridable } = provider
  const asked = traits?.scopes !== undefined || fields.some((field) => field.name === 'scope')
  const { scopesNotListed, noScopes: none } = words.session
  const said = asked
    ? scopesNotListed(title, docs, overridable === true ? name : undefined)
    : none(title, docs)
  return new ToknError('unsupported', said)
}
