import { isFailure } from '../../../core/errors.ts'
import type { Reach, ProbeResult } from '../../../core/provider.ts'
import type { Secret } from '../../../core/secret.ts'
import type { TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { connect, type Connection, type ConfiguredServer } from '../server/connect.ts'
import { askUserinfo, introspect, isForUserinfo } from './info.ts'

/** Whether the held tokens are alive: by using the access token at userinfo, and by introspection. */
export async function probeTokens(
  configured: ConfiguredServer,
  reach: Reach,
  held: TokenSet,
): Promise<readonly ProbeResult[]> {
  const quiet = { ...reach, warn: () => undefined }
  const connection = await orNothing(async () => await connect(configured, quiet, held.context))
  if (connection === undefined) return []
  const { access, refresh } = held
  return [
    ...(await tryUserinfo(connection, held)),
    ...(await ask(connection, access, 'access')),
    ...(refresh === undefined ? [] : await ask(connection, refresh, 'refresh')),
  ]
}

async function tryUserinfo(
  connection: Connection,
  held: TokenSet,
): Promise<readonly ProbeResult[]> {
  const user = await orNothing(async () => await askUserinfo(connection, held))
  if (user?.active === undefined) return []
  // A token for another audience is refused there, alive or not.
  const used = user.active || isForUserinfo(connection.server, held)
  return [{ part: 'access', by: words.oauth.byUserinfo(), used, alive: user.active }]
}

async function ask(
  connection: Connection,
  token: Secret,
  part: ProbeResult['part'],
): Promise<readonly ProbeResult[]> {
  const found = await orNothing(async () => await introspect(connection, token, `${part}_token`))
  if (found === undefined) return []
  return [{ part, by: words.oauth.byIntrospection(), used: false, alive: found.active === true }]
}

async function orNothing<Result>(probe: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await probe()
  } catch (error) {
    if (!isFailure(error)) throw error
    return undefined
  }
}
