import { isConfidential } from '../../../core/base-url.ts'
import { isFailure } from '../../../core/errors.ts'
import { isObject, ownString } from '../../../core/json.ts'
import type { HttpReply } from '../../../core/ports.ts'
import { Secret } from '../../../core/secret.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import { readBody } from '../../replies/body.ts'
import { warn } from '../../replies/warnings.ts'
import type { Connection } from '../server/connect.ts'
import { trustedOrigins } from '../server/origins.ts'
import type { Registered } from './registered.ts'

/** In milliseconds: it must not keep a user who goes. */
const patience = 10_000

/**
 * The registration as the server has it now, `undefined` where it is gone (RFC 7592 section 2.1). One
 * that cannot be asked about is believed to be there.
 */
export async function readRegistered(
  connection: Connection,
  kept: Registered,
): Promise<Registered | undefined> {
  const reply = await ask(connection, kept, 'GET').catch((error: unknown) => {
    if (!isFailure(error)) throw error
    return undefined
  })
  if (reply === undefined) return kept
  if ([401, 403, 404, 410].includes(reply.status)) return undefined
  const { value } = readBody(reply)
  if (reply.status !== 200 || !isObject(value)) return kept
  // The server may have given another token, and then takes no other.
  const management = readManagement(connection, value)
  const isAnother = Object.entries(management).some(([name, now]) => kept[name] !== now)
  if (isAnother) await connection.reach.keepBefore?.(management)
  return { ...kept, ...management }
}

/**
 * Removes the registration (RFC 7592 section 2.3). Gives one sentence where the server still has it, or
 * may have; never throws for what the server does not do.
 */
export async function removeRegistered(
  connection: Connection,
  kept: Registered,
): Promise<string | undefined> {
  const { client_id: id } = kept
  const stays = (why: string) =>
    words.oauthResource.staysRegistered(connection.title, display(id, 200), why)
  try {
    const reply = await ask(connection, kept, 'DELETE')
    if (reply === undefined) return stays(words.oauthResource.notRemovable())
    const { status } = reply
    // Refused is a token of a client that is gone.
    if ((status >= 200 && status < 300) || [401, 404, 410].includes(status)) return undefined
    return stays(words.oauth.status(status))
  } catch (error) {
    if (!isFailure(error)) throw error
    return stays(error.message)
  }
}

/** As `removeRegistered`, with a warning for what stays. */
export async function removeOrWarn(connection: Connection, made: Registered): Promise<void> {
  const stays = await removeRegistered(connection, made)
  if (stays !== undefined) warn(connection.reach, stays)
}

/** How the registration can be read and removed (RFC 7592 section 3), where that is at the server itself. */
export function readManagement(
  { settings, reach, title }: Connection,
  made: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const address = ownString(made, 'registration_client_uri')
  const token = ownString(made, 'registration_access_token')
  if (address === undefined || token === undefined || !/^[\x21-\x7e]+$/.test(token)) return {}
  const url = URL.canParse(address) ? new URL(address) : undefined
  const own = url !== undefined && trustedOrigins(settings).has(url.origin)
  if (!own || !isConfidential(url) || url.username !== '') {
    warn(reach, words.oauthResource.foreignManagement(title))
    return {}
  }
  return {
    registration_client_uri: url.href,
    registration_access_token: new Secret(token).reveal(),
  }
}

/** One request of RFC 7592; `undefined` where the server has given nothing to make it with. */
async function ask(
  { transport, settings }: Connection,
  kept: Registered,
  method: 'GET' | 'DELETE',
): Promise<HttpReply | undefined> {
  const { registration_client_uri: address, registration_access_token: token } = kept
  if (address === undefined || token === undefined || !URL.canParse(address)) return undefined
  const url = new URL(address)
  if (!trustedOrigins(settings).has(url.origin)) return undefined
  const headers = [
    ['accept', 'application/json'],
    ['authorization', `Bearer ${new Secret(token).reveal()}`],
  ] as const
  return await transport.send({ method, url, headers, timeout: patience }, 'registration')
}
