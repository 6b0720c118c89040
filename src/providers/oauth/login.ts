import { ToknError } from '../../core/errors.ts'
import type { Reach } from '../../core/provider.ts'
import type { Interaction } from '../../core/ports.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { logInFromCi } from './ci-flow.ts'
import { logInByCode } from './code-flow.ts'
import { connect, type Connection, type ConfiguredServer } from './connect.ts'
import { logInByDevice } from './device-flow.ts'
import { flowOf, type Flow } from './settings.ts'
import {
  exchangeToken,
  logInAsClient,
  logInByPassword,
  presentAssertion,
} from './unattended-flows.ts'

/** Logs in by the flow of the profile. Throws `reauth_required` where it needs a person and has none. */
export async function logIn(
  configured: ConfiguredServer,
  reach: Reach,
  grant: Grant,
): Promise<TokenSet> {
  const connection = await connect(configured, reach)
  const { interaction } = reach
  const flow = chooseFlow(connection, interaction)
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
    default:
      return await logInWithPerson(connection, flow, interaction, grant)
  }
}

async function logInWithPerson(
  connection: Connection,
  flow: 'auto' | 'code' | 'device',
  interaction: Interaction | undefined,
  grant: Grant,
): Promise<TokenSet> {
  if (interaction === undefined) {
    throw new ToknError('reauth_required', words.oauthLogin.nobodyHere(), {
      fault: 'no-terminal',
    })
  }
  const { server } = connection
  const device = server.device_authorization_endpoint !== undefined
  if (flow === 'device' || (flow === 'auto' && server.authorization_endpoint === undefined)) {
    return await logInByDevice(connection, interaction, grant)
  }
  const tokens = await logInByCode(connection, interaction, grant, flow === 'auto' && device)
  return tokens ?? (await logInByDevice(connection, interaction, grant))
}

/** What `auto` means: the credentials given decide, then whether there is somebody to ask. */
function chooseFlow(connection: Connection, interaction: Interaction | undefined): Flow {
  const flow = flowOf(connection.settings)
  if (flow !== 'auto') return flow
  if (connection.secret('subject_token') !== undefined) return 'exchange'
  if (connection.secret('assertion') !== undefined) return 'jwt'
  const { server } = connection
  const confidential =
    connection.secret('client_secret') !== undefined ||
    connection.secret('private_key') !== undefined
  const nowhere =
    server.authorization_endpoint === undefined &&
    server.device_authorization_endpoint === undefined
  return confidential && (interaction === undefined || nowhere) ? 'client' : 'auto'
}
