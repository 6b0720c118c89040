import { version } from '../../../package.json'
import { isLoopback } from '../../core/base-url.ts'
import { isFailure, ToknError } from '../../core/errors.ts'
import { ownString } from '../../core/json.ts'
import { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { carriageOf, userAndPassword } from '../../session/carriage.ts'
import type { Asked, CredentialProtocol, CredentialWorld } from './protocol.ts'
import { readRequest } from './request.ts'

/** What of this protocol is read by programs, word for word (docker-credential-helpers, `error.go`). */
const absent = 'credentials not found in native keychain'
const noServer = 'no credentials server URL'
const noUser = 'no credentials username'

type Operation = (world: CredentialWorld) => Promise<void>

const operations: Readonly<Record<string, Operation>> = {
  get,
  store,
  erase,
  list,
  version: async (world) => world.out(`docker-credential-tokn (tokn) ${version}\n`),
}

/** The helpers of docker, podman and skopeo. What went wrong is said on standard output. */
export const dockerProtocol: CredentialProtocol = {
  async run(world) {
    const [name = '', ...others] = world.operands
    try {
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
      if (operation === undefined || others.length > 0) {
        throw new ToknError('usage', words.credentialDocker.oneOperation())
      }
      await operation(world)
      return 0
    } catch (error) {
      if (!isFailure(error)) throw error
      // There is nothing to give before somebody has logged in: then what is open to all still works.
      if (error.code === 'reauth_required') {
        world.fail(error)
        world.out(`${absent}\n`)
        return 1
      }
      const hint = error.hint?.split('\n')[0]
      world.out(`${error.message}${hint === undefined ? '' : ` (${hint})`}\n`)
      return 1
    }
  },
}

async function get(world: CredentialWorld): Promise<void> {
  const server = await readServer(world)
  const asked = askedOf(server)
  const given = asked && (await world.give(asked))
  if (given === undefined) throw new ToknError('not_found', absent)
  const pair = userAndPassword(carriageOf(given.record), given.access.reveal(), undefined)
  if (pair === undefined) {
    throw new ToknError('unsupported', words.credentialDocker.cannotSend(given.profile))
  }
  const { username, password } = pair
  world.out(`${JSON.stringify({ ServerURL: server, Username: username, Secret: password })}\n`)
}

/** A login elsewhere is not ours to keep; of the token that is held here nothing is to be kept. */
async function store(world: CredentialWorld): Promise<void> {
  const { ServerURL: server, Secret: secret } = readCredentials(await world.readInput())
  const asked = askedOf(server)
  if (asked !== undefined && (await world.holds(asked, new Secret(secret)))) return
  throw new ToknError('unsupported', words.credentialDocker.notKept())
}

/** A logout says nothing of the token but that it is not wanted: it is renewed before the next use. */
async function erase(world: CredentialWorld): Promise<void> {
  const asked = askedOf(await readServer(world))
  if (asked !== undefined) await world.reject(asked, undefined)
}

async function list(world: CredentialWorld): Promise<void> {
  const servers = await world.servers()
  const users = Object.fromEntries(servers.map(({ host, username }) => [host, username]))
  world.out(`${JSON.stringify(users)}\n`)
}

/** As the library of these helpers reads it: lines in one, without what is blank around it. */
async function readServer(world: CredentialWorld): Promise<string> {
  const text = (await world.readInput()).replaceAll(/\r?\n/g, '').trim()
  if (text === '') throw new ToknError('usage', noServer)
  if (/[\u0000-\u001f\u007f\ufffd]/.test(text)) {
    throw new ToknError('usage', words.credentialDocker.notText())
  }
  return text
}

const notJson = () => new ToknError('usage', words.credentialDocker.notJson())

function readCredentials(text: string) {
  const read = readRequest(text, notJson)
  const part = (name: string) => ownString(read, name) ?? ''
  const credentials = { ServerURL: part('ServerURL'), Secret: part('Secret') }
  if (credentials.ServerURL === '') throw new ToknError('usage', noServer)
  if (part('Username') === '') throw new ToknError('usage', noUser)
  return credentials
}

/**
 * What decides of `https://index.docker.io/v1/`, `registry.example:5000/team` and the like: the host and
 * the port. `undefined` for what no token goes to.
 */
function askedOf(server: string): Asked | undefined {
  const [, protocol, host] =
    /^(?:(https?):\/\/)?((?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@\\:[\]]+)(?::\d+)?)(?:\/[^?#\\]*)?$/.exec(
      server,
    ) ?? []
  if (host === undefined) return undefined
  if (protocol !== 'http') return { target: { kind: 'host', host } }
  const url = `http://${host}`
  return URL.canParse(url) && isLoopback(new URL(url))
    ? { target: { kind: 'url', url } }
    : undefined
}
