import { ToknError } from '../../core/errors.ts'
import { timestamp } from '../../core/data-text.ts'
import { ownString } from '../../core/json.ts'
import { words } from '../../messages/words.ts'
import { headersFor, nothingFor } from './authorization.ts'
import type { CredentialProtocol, CredentialWorld } from './protocol.ts'
import { noRequest, readRequest } from './request.ts'

/**
 * Bazel, and whatever else speaks its protocol: `get`, a JSON object each way.
 * Source: EngFlow/credential-helper-spec, spec.md and its schemas.
 */
export const bazelProtocol: CredentialProtocol = { run: answerBazel }

async function answerBazel(world: CredentialWorld): Promise<number> {
  const [command, ...parameters] = world.operands
  if (command !== 'get' || parameters.length > 0) {
    throw new ToknError('usage', words.credentialBuild.bazelUsage())
  }
  const uri = ownString(
    readRequest(await world.readInput(), () => noRequest('bazel')),
    'uri',
  )
  if (uri === undefined) throw new ToknError('usage', words.credentialBuild.noRequest('bazel'))
  // A remote cache is the same server by the same TLS, however it is spoken to.
  const url = uri.replace(/^grpcs:\/\//, 'https://')
  const given = await world.give({ target: { kind: 'url', url } })
  if (given === undefined) throw nothingFor('bazel')
  const headers: Record<string, readonly string[]> = Object.create(null)
  for (const [name, value] of headersFor('bazel', given)) {
    headers[name] = [...(headers[name] ?? []), value]
  }
  const expires = given.expiresAt === undefined ? {} : { expires: timestamp(given.expiresAt) }
  world.out(`${JSON.stringify({ headers, ...expires })}\n`)
  return 0
}
