import { isFailure, ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { authorizationFor } from './authorization.ts'
import type { CredentialProtocol, CredentialWorld } from './protocol.ts'
import { noRequest, readRequest } from './request.ts'

/**
 * cargo: JSON, a line each way, until its input ends. What fails is an answer too, so that cargo can
 * go on to the next provider of its list; the exit status then is 0 all the same.
 * Source: cargo, reference/credential-provider-protocol.md, and its crate cargo-credential.
 */
export const cargoProtocol: CredentialProtocol = { run: answerCargo }

/** What cargo asks, as far as it matters here. */
interface CargoRequest {
  readonly kind: string
  readonly indexUrl: string
  /** Name of a profile, from the configuration of cargo. */
  readonly profile: string | undefined
}

type Answer =
  | {
      readonly Ok: {
        readonly kind: 'get'
        readonly token: string
        readonly cache: 'session' | 'expires'
        /** Epoch seconds. */
        readonly expiration?: number
        readonly operation_independent: true
      }
    }
  | { readonly Err: Refusal }

interface Refusal {
  readonly kind: 'url-not-supported' | 'not-found' | 'operation-not-supported' | 'other'
  readonly message?: string
  readonly 'caused-by'?: readonly string[]
}

async function answerCargo(world: CredentialWorld): Promise<number> {
  if (world.operands.length !== 1 || world.operands[0] !== '--cargo-plugin') {
    const said = words.credentialBuild.cargoAlone()
    throw new ToknError('usage', said, { hint: words.credentialBuild.howCargo() })
  }
  world.out('{"v":[1]}\n')
  try {
    for await (const line of world.inputLines()) {
      world.nextRequest()
      say(world, await answer(world, line))
    }
  } catch (error) {
    say(world, refusalOf(world, error))
  }
  return 0
}

function say(world: CredentialWorld, answer: Answer): void {
  world.out(`${JSON.stringify(answer)}\n`)
}

async function answer(world: CredentialWorld, line: string): Promise<Answer> {
  try {
    const request = readCargoRequest(line)
    if (request.kind !== 'get') {
      // cargo itself says no more than that it is not supported.
      const message = words.credentialBuild.cargoOperation()
      world.say(message)
      return { Err: { kind: 'operation-not-supported', message } }
    }
    return await giveToken(world, request)
  } catch (error) {
    return refusalOf(world, error)
  }
}

async function giveToken(world: CredentialWorld, request: CargoRequest): Promise<Answer> {
  // An index in a git repository is not fetched with this token, but the API beside it is asked with it.
  const url = request.indexUrl.replace(/^sparse\+/, '')
  const given = await world.give({ target: { kind: 'url', url }, username: request.profile })
  if (given === undefined) return { Err: { kind: 'url-not-supported' } }
  // A session of the environment has no name, and is chosen whatever is asked for.
  const other = given.profile !== undefined && given.profile !== request.profile
  if (request.profile !== undefined && other) {
    throw new ToknError('not_found', words.credentialBuild.cargoProfile(display(request.profile)))
  }
  const { expiresAt } = given
  return {
    Ok: {
      kind: 'get',
      token: authorizationFor('cargo', given),
      // Not `never` where the end is unknown: cargo would ask again for each file of the index.
      ...(expiresAt === undefined
        ? { cache: 'session' }
        : { cache: 'expires', expiration: Math.floor(expiresAt / 1_000) }),
      operation_independent: true,
    },
  }
}

function readCargoRequest(line: string): CargoRequest {
  if (line.includes('\ufffd')) throw noRequest('cargo')
  const request = readRequest(line, () => noRequest('cargo'))
  const { v, registry, args = [] } = request
  if (v !== 1) throw new ToknError('usage', words.credentialBuild.cargoVersion())
  const kind = ownString(request, 'kind')
  const indexUrl = isObject(registry) ? ownString(registry, 'index-url') : undefined
  if (kind === undefined || indexUrl === undefined || !Array.isArray(args)) {
    throw noRequest('cargo')
  }
  const [profile, ...more] = args as readonly unknown[]
  const isName = profile === undefined || typeof profile === 'string'
  if (kind === 'get' && (!isName || more.length > 0)) {
    throw new ToknError('usage', words.credentialBuild.cargoArguments())
  }
  return { kind, indexUrl, profile: isName ? profile : undefined }
}

function refusalOf(world: CredentialWorld, error: unknown): Answer {
  if (!isFailure(error)) throw error
  const { message, hint } = error
  const refusal = { message, ...(hint === undefined ? {} : { 'caused-by': hint.split('\n') }) }
  if (error.code !== 'reauth_required' && error.code !== 'not_found') {
    return { Err: { kind: 'other', ...refusal } }
  }
  // cargo goes on to its next provider, and does not say why this one has nothing.
  world.fail(error)
  return { Err: { kind: 'not-found', ...refusal } }
}
