import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { labelOf } from './labels.ts'
import { withOutside } from './outside.ts'
import { unrenewable } from './refresh/renewable.ts'
import type { Session } from './session.ts'
import { waysToRenew } from './ways-to-renew.ts'

/** One of the things that renew a session: as `renewedBy` names it and, if given, where and what it is. */
export interface Renewing {
  readonly by: string
  /** Of a secret that is given outside of the store. */
  readonly secret?: string | undefined
}

/** What renews a session, in the order in which it is tried; why nothing does, where nothing does. */
export interface Renewed {
  readonly all: readonly Renewing[]
  readonly why?: string | undefined
  /** Whether it is made anew by what is given outside of the store, where that is there. */
  readonly fromOutside: boolean
}

export async function findRenewed(
  session: Session,
  provider: Provider,
  record: SessionRecord,
): Promise<Renewed> {
  const renewable = await withOutside(session, record)
  const all = waysToRenew(provider, renewable).flatMap((way): readonly Renewing[] => {
    if (way === 'login') return byLogin(provider, renewable)
    if (record.standing !== undefined) return []
    return [{ by: way === 'refresh' ? 'refresh_token' : 'access_token' }]
  })
  const fromOutside = renewable.outside !== undefined
  if (all.length > 0) return { all, fromOutside }
  const why = unrenewable(session.profile, provider, renewable)?.message
  return { all, fromOutside, why }
}

function byLogin({ fields }: Provider, { credentials, outside }: SessionRecord) {
  if (credentials !== undefined) return [{ by: 'credentials' }]
  const places = outside?.places ?? []
  if (places.length === 0) return [{ by: 'files' }]
  return places.map(({ name, place }) => ({ by: place, secret: labelOf(fields, name) }))
}
