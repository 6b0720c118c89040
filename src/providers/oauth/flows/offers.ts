import type { ServerMetadata } from 'openid-client'
import { grantTypeOf, type Flow } from '../settings/flow.ts'
import type { Settings } from '../settings/in-force.ts'

/** What tells which flows a server offers. */
export interface Offering {
  readonly server: Pick<
    ServerMetadata,
    'authorization_endpoint' | 'device_authorization_endpoint' | 'grant_types_supported'
  >
  readonly settings: Settings
}

/**
 * Whether a server offers a flow; `undefined` where it does not say. An endpoint for device codes is
 * an offer by itself; one for the browser is required of nearly every server (RFC 8414 section 2).
 */
export function offers({ server, settings }: Offering, flow: Flow): boolean | undefined {
  if (flow === 'device') return server.device_authorization_endpoint !== undefined
  if (flow === 'code' && server.authorization_endpoint === undefined) return false
  const listed: unknown = server.grant_types_supported
  if (!Array.isArray(listed)) return flow === 'code' ? true : undefined
  const type = grantTypeOf(flow, settings)
  return type === undefined ? undefined : listed.includes(type)
}

/** In the order in which they are told of. */
const told = ['code', 'device', 'client', 'exchange', 'jwt', 'password'] as const

/** The flows that a server says it offers, without those that were `tried`; a password at last. */
export function otherFlows(
  offering: Offering,
  tried: readonly Flow[],
  asks: boolean,
): readonly Flow[] {
  const others = told.filter(
    (flow) => !tried.includes(flow) && offers(offering, flow) === true && (asks || flow !== 'code'),
  )
  return others.length > 1 ? others.filter((flow) => flow !== 'password') : others
}

/** The flows that need nobody and that a server may offer, without those that were `tried`. */
export function flowsWithoutPerson(offering: Offering, tried: readonly Flow[]): readonly Flow[] {
  return (['device', 'client', 'jwt', 'exchange', 'ci'] as const).filter(
    (flow) => !tried.includes(flow) && offers(offering, flow) !== false,
  )
}
