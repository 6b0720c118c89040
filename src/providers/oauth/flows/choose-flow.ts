import type { Secret } from '../../../core/secret.ts'
import { flowOf, type Flow } from '../settings/flow.ts'
import { offers, type Offering } from './offers.ts'

/** What a choice is made by. */
export interface Choosing extends Offering {
  secret(name: string): Secret | undefined
}

/**
 * The flows to try, one after the other: the one that is named; else those that fit what was given,
 * whether there is somebody to ask (`asks`), and what the server offers. Empty where none fits.
 */
export function chooseFlows(choosing: Choosing, asks: boolean): readonly Flow[] {
  const named = flowOf(choosing.settings)
  if (named !== 'auto') return [named]
  const fitting = flowsGiven(choosing) ?? [
    ...(asks ? flowsOfPerson(choosing) : []),
    ...flowsOfClient(choosing),
  ]
  // A list of a server may be incomplete: it decides between flows, not against all of them.
  const offered = fitting.filter((flow) => offers(choosing, flow) !== false)
  return offered.length > 0 ? offered : fitting.slice(0, 1)
}

/** By what was given to be traded for a token. */
function flowsGiven({ secret }: Choosing): readonly Flow[] | undefined {
  const given: readonly Flow[] = [
    ...(secret('subject_token') === undefined ? [] : (['exchange'] as const)),
    ...(secret('assertion') === undefined ? [] : (['jwt'] as const)),
  ]
  return given.length === 0 ? undefined : given
}

function flowsOfPerson({ server }: Choosing): readonly Flow[] {
  return [
    ...(server.authorization_endpoint === undefined ? [] : (['code'] as const)),
    ...(server.device_authorization_endpoint === undefined ? [] : (['device'] as const)),
  ]
}

/** By what the client itself can prove. */
function flowsOfClient({ settings, secret }: Choosing): readonly Flow[] {
  // A service account signs an assertion where there are no client credentials (RFC 7523 section 2.1).
  if (secret('private_key') !== undefined) return ['client', 'jwt']
  const proves =
    secret('client_secret') !== undefined || settings['client_auth'] === 'tls_client_auth'
  return proves ? ['client'] : []
}
