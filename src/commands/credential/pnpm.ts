import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { authorizationFor, nothingFor } from './authorization.ts'
import type { Asked, CredentialProtocol, CredentialWorld } from './protocol.ts'

/**
 * pnpm, as `tokenHelper`: run without arguments, it prints what goes into `Authorization`. pnpm 10
 * takes that as it is; later ones put `Bearer` in front where no scheme is there, and can give the URL
 * of the registry, which is then one that the profile has to answer for.
 * Source: pnpm, @pnpm/network.auth-header.
 */
export const pnpmProtocol: CredentialProtocol = { run: answerPnpm }

async function answerPnpm(world: CredentialWorld): Promise<number> {
  const [url, ...more] = world.operands
  if (more.length > 0) throw new ToknError('usage', words.credentialBuild.oneUrl())
  const asked: Asked = url === undefined ? {} : { target: { kind: 'url', url } }
  const given = await world.give(asked)
  if (given === undefined) throw nothingFor('pnpm')
  const authorization = authorizationFor('pnpm', given)
  if (!/^[a-z]+ /i.test(authorization)) {
    throw new ToknError('unsupported', words.credentialBuild.needsScheme('pnpm'))
  }
  world.out(`${authorization}\n`)
  return 0
}
