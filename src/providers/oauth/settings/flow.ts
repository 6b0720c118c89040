import type { Settings } from './in-force.ts'
import { extensionGrants } from './extension-grants.ts'

export const flows = [
  'auto',
  'code',
  'device',
  'client',
  'password',
  'exchange',
  'jwt',
  'ci',
] as const
export type Flow = (typeof flows)[number]

/** Grant types as RFC 6749, 7523, 8628 and 8693 name them, with and without what they all begin with. */
const grantTypes = {
  authorization_code: 'code',
  [extensionGrants.device]: 'device',
  client_credentials: 'client',
  password: 'password',
  [extensionGrants.exchange]: 'exchange',
  [extensionGrants.assertion]: 'jwt',
} as const satisfies Readonly<Record<string, Flow>>

/** Other names of the flows. */
export const flowAliases: Readonly<Record<string, Flow>> = Object.fromEntries(
  Object.entries(grantTypes)
    .flatMap(([type, flow]) => [[type, flow] as const, [type.replace(/^.*:/, ''), flow] as const])
    .filter(([name, flow]) => name !== flow),
)

/** The grant type by which a server offers a flow. */
export function grantTypeOf(flow: Flow, settings: Settings): string | undefined {
  const traded: Readonly<Record<string, Flow>> = { jwt: 'jwt', client: 'client' }
  const same = flow === 'ci' ? (traded[settings['ci_grant'] ?? ''] ?? 'exchange') : flow
  return Object.entries(grantTypes).find(([, one]) => one === same)?.[0]
}

/** The flows that read a field, where not all do. */
const readBy: Readonly<Record<string, readonly Flow[]>> = {
  redirect_port: ['auto', 'code'],
  redirect_uri: ['auto', 'code'],
  authorization_parameters: ['auto', 'code'],
  username: ['auto', 'password'],
  subject_token: ['auto', 'exchange'],
  assertion: ['auto', 'jwt'],
}

/** Names of the fields that the flow of `settings` does not read. */
export function ignoredBy(settings: Settings): readonly string[] {
  const flow = flowOf(settings)
  return Object.entries(readBy).flatMap(([name, flows]) => (flows.includes(flow) ? [] : [name]))
}

/** Whether a login by `settings` may show a page or a code. */
export function needsPerson(settings: Settings): boolean {
  return ['auto', 'code', 'device'].includes(flowOf(settings))
}

/** The flow of a login: as its settings say, or as the context of its tokens remembers. */
export function flowOf(settings: Settings): Flow {
  return (settings['flow'] ?? 'auto') as Flow
}
