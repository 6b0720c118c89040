/** What a provider's refusal can mean, as a definition may name it. */
export const refusalKinds = [
  'credentials',
  'expired',
  'invalid',
  'forbidden',
  'refresh-rejected',
  'limit',
  'not-found',
  'rate-limited',
  'route-missing',
  'unavailable',
  'refused',
] as const

export type RefusalKind = (typeof refusalKinds)[number]

/** What a provider refused: also what no definition needs to name. */
export type Refusal = RefusalKind | 'denied' | 'interaction'

/** A way to log in that an OAuth server refused: to this client, or to everybody. */
export type FlowRefusal = 'flow-forbidden' | 'flow-unknown'
