import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { CredentialProtocol, CredentialWorld } from './protocol.ts'

/**
 * The credentials helpers of Terraform: a verb and a host. `get` of a host that no profile is for is an
 * empty object; all that fails is told on standard error, as the protocol demands of every other end
 * than success.
 */
export const terraformProtocol: CredentialProtocol = {
  async run(world) {
    const [verb, host, further] = world.operands
    if (verb === undefined || host === undefined || further !== undefined) {
      throw new ToknError('usage', words.credentialTerraform.form())
    }
    switch (verb) {
      case 'get':
        return await get(world, host)
      case 'store':
        return await store(world, host)
      case 'forget':
        return await forget(world, host)
      default:
        // More verbs may come, and have to fail in words.
        throw new ToknError('usage', words.credentialTerraform.noVerb(display(verb, 40)))
    }
  },
}

async function get(world: CredentialWorld, host: string): Promise<number> {
  const target = isHost(host) ? ({ kind: 'host', host } as const) : undefined
  const given = target && (await world.give({ target }, { bearer: true }))
  world.out(`${JSON.stringify(given === undefined ? {} : { token: given.access.reveal() })}\n`)
  return 0
}

/**
 * A token that `terraform login` brings has no refresh token, and to say that it is stored would lose
 * it: a session of tokn is made by `tokn login`, and renewed by tokn alone. All of the input is read
 * first, since terraform says something else where its writing fails.
 */
async function store(world: CredentialWorld, host: string): Promise<number> {
  await world.readInput()
  throw new ToknError('unsupported', words.credentialTerraform.noStore(display(host, 100)))
}

/**
 * Forgets nothing: `terraform logout` means the token that terraform has brought, and ours serves others
 * besides. It is a success where there is none, and else none, since `get` would still give it.
 */
async function forget(world: CredentialWorld, host: string): Promise<number> {
  const servers = await world.servers({ bearer: true })
  if (!servers.some((server) => server.host === host)) return 0
  throw new ToknError('unsupported', words.credentialTerraform.noForget(display(host, 100)))
}

/** A name in lower case, as terraform compares them, and perhaps a port. */
function isHost(host: string): boolean {
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?$/.test(host)
}
