import { isToknError, ToknError } from '../../../core/errors.ts'
import type { Reach } from '../../../core/provider.ts'
import type { Grant, TokenSet } from '../../../core/token.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import { memoryIn } from '../client/proofs.ts'
import { connect, type Connection, type ConfiguredServer } from '../server/connect.ts'
import { owns, registers } from '../registration/registered.ts'
import { fileOriginsIn, keepFileOrigins, sameFileOrigins } from '../server/file-origins.ts'
import { trustedOrigins } from '../server/origins.ts'
import type { Flow } from '../settings/flow.ts'
import { checkLoginTimeout, settingsInForce } from '../settings/in-force.ts'
import { chooseFlows } from './choose-flow.ts'
import { logInFromCi } from './ci-flow.ts'
import { logInByCode } from './code-flow.ts'
import { logInByDevice } from './device-flow.ts'
import { flowsWithoutPerson, otherFlows } from './offers.ts'
import { redirectOf } from './redirect-uri.ts'
import {
  exchangeToken,
  logInAsClient,
  logInByPassword,
  presentAssertion,
} from './unattended-flows.ts'

/** Refusals that say nothing against another flow. */
const ofFlow: ReadonlySet<string | undefined> = new Set(['flow-forbidden', 'flow-unknown'])

/**
 * Logs in by the flow of the profile; where it names none, by the first that this client may use.
 * Throws `reauth_required` where a person is needed and nobody can be asked.
 */
export async function logIn(
  configured: ConfiguredServer,
  reach: Reach,
  grant: Grant,
): Promise<TokenSet> {
  const { before = {} } = reach
  const own = owns(before) ? before : {}
  if (reach.renews === undefined) checkForPerson(configured, reach)
  const memory = { ...memoryIn(reach.renews), ...own, ...fileOrigins(configured, reach) }
  const connection = await connect({ ...configured, registering: true }, reach, memory)
  const { interaction } = reach
  tellFileOrigins(connection, memory)
  const flows = chooseFlows(connection, interaction !== undefined)
  if (flows.length === 0) throw withoutWay(connection, reach)
  for (const [index, flow] of flows.entries()) {
    const rest = flows.slice(index + 1)
    try {
      const tokens = await logInBy(flow, connection, reach, grant, rest)
      if (tokens !== undefined) return tokens
    } catch (error) {
      if (!isToknError(error) || !ofFlow.has(error.details.refusal)) throw error
      const [next] = rest
      if (next === undefined) throw withOtherFlows(error, connection, reach, flows)
      const said = words.oauthPerson.triesInstead(error.message, next)
      if (interaction === undefined) reach.warn?.(said)
      else interaction.tell(`tokn: ${said}`)
    }
  }
  throw withoutWay(connection, reach)
}

/** Throws `usage` for what only a login by a person reads: each login keeps it with the profile. */
function checkForPerson({ preset, settings }: ConfiguredServer, { answers }: Reach): void {
  const inForce = settingsInForce(preset, settings, answers)
  checkLoginTimeout(inForce)
  redirectOf(inForce)
}

/** What a file names now; for a session that is renewed, what it named when that began. */
function fileOrigins({ preset, settings }: ConfiguredServer, reach: Reach): TokenSet['context'] {
  if (reach.renews !== undefined) return sameFileOrigins(reach.renews)
  return keepFileOrigins(settingsInForce(preset, settings, reach.answers))
}

/** Says where a file sends the login, as far as nothing else that the user has typed does. */
function tellFileOrigins({ reach, settings }: Connection, context: TokenSet['context']): void {
  if (reach.renews !== undefined) return
  const named = trustedOrigins(settings)
  const others = fileOriginsIn(context).filter((origin) => !named.has(origin))
  if (others.length === 0) return
  const file = display(settings['discovery'] ?? '', 200)
  const said = words.oauthServer.fileGoesTo(file, display(others.join(', '), 300))
  if (reach.interaction === undefined) reach.warn?.(said)
  else reach.interaction.tell(`tokn: ${said}`)
}

/** `undefined` where the flow has shown nothing to anybody, and one of `rest` can. */
async function logInBy(
  flow: Flow,
  connection: Connection,
  reach: Reach,
  grant: Grant,
  rest: readonly Flow[],
): Promise<TokenSet | undefined> {
  const hasClient = connection.registered !== undefined || !registers(connection.settings)
  // One is made for a person to agree to.
  if (!hasClient && flow !== 'code' && flow !== 'device') {
    throw new ToknError('usage', words.oauth.noClientId(), { sent: false })
  }
  const endpoint = endpoints[flow]
  if (endpoint !== undefined && connection.server[endpoint] === undefined) {
    throw withoutEndpoint(endpoint, connection, reach, flow)
  }
  switch (flow) {
    case 'client':
      return await logInAsClient(connection, grant)
    case 'password':
      return await logInByPassword(connection, grant)
    case 'exchange':
      return await exchangeToken(connection, grant)
    case 'jwt':
      return await presentAssertion(connection, grant)
    case 'ci':
      return await logInFromCi(connection, grant)
    case 'device': {
      const shown = reach.interaction ?? reach.announcer
      if (shown === undefined) throw nobodyHere(connection, reach, flow)
      return await logInByDevice(connection, shown, grant)
    }
    default: {
      if (reach.interaction === undefined) throw nobodyHere(connection, reach, flow)
      return await logInByCode(connection, reach.interaction, grant, rest.includes('device'))
    }
  }
}

/** Where a flow begins, if not at the token endpoint. */
const endpoints = {
  code: 'authorization_endpoint',
  device: 'device_authorization_endpoint',
} as const satisfies Partial<Record<Flow, string>> as Partial<
  Record<Flow, 'authorization_endpoint' | 'device_authorization_endpoint'>
>

function withoutEndpoint(
  endpoint: string,
  connection: Connection,
  { interaction }: Reach,
  flow: Flow,
): ToknError {
  const others = otherFlows(connection, [flow], interaction !== undefined)
  const said = words.oauthPerson.noEndpointOfFlow(endpoint, others)
  return new ToknError('unsupported', said, { sent: false })
}

/** Without anything that could show a code, no `tokn login` runs: the login is made of variables. */
function nobodyHere(connection: Connection, { announcer }: Reach, tried: Flow): ToknError {
  const said =
    announcer === undefined
      ? words.oauthPerson.nobodyForVariables(flowsWithoutPerson(connection, [tried, 'device']))
      : words.oauthPerson.nobodyHere(flowsWithoutPerson(connection, [tried]))
  return new ToknError('reauth_required', said, { fault: 'no-terminal' })
}

/** Nothing that was given fits what the server offers. */
function withoutWay(connection: Connection, reach: Reach): ToknError {
  const { server, title } = connection
  const hasPage =
    server.authorization_endpoint !== undefined ||
    server.device_authorization_endpoint !== undefined
  if (hasPage && reach.interaction === undefined) return nobodyHere(connection, reach, 'auto')
  const said = words.oauthPerson.noLoginOfPerson(title, otherFlows(connection, [], true))
  return new ToknError('unsupported', said, { sent: false })
}

/** A refusal of a flow, with the flows that are left to be tried. */
function withOtherFlows(
  error: ToknError,
  connection: Connection,
  { interaction }: Reach,
  tried: readonly Flow[],
): ToknError {
  const others = otherFlows(connection, tried, interaction !== undefined)
  const { hintNotAllowed, hintNotSupported } = words.oauthPerson
  const hint =
    error.details.refusal === 'flow-unknown' ? hintNotSupported(others) : hintNotAllowed(others)
  return new ToknError(error.code, error.message, { ...error.details, hint })
}
