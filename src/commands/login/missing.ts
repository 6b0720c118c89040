import type { ToknError } from '../../core/errors.ts'
import type { Field } from '../../core/provider.ts'
import { withoutAddress } from '../../session/login/without-address.ts'
import type { Context } from '../context.ts'
import type { LoginFlags } from '../flags/login.ts'
import { readPairs } from '../flags/pairs.ts'
import { withoutLogin } from './answers.ts'

/** The error for a login that is not told where its API is, with all else that it is not told. */
export async function missingAddress(
  context: Context,
  flags: LoginFlags,
  providerId: string,
): Promise<ToknError> {
  const { fromEnvironment } = context.environment
  const { username } = flags
  const set = readPairs(flags.set, '--set', 'NAME=VALUE')
  const given = { ...(username === undefined ? {} : { username, email: username }), ...set }
  // What is on standard input, or in a file, has not been read yet.
  const secretGiven = flags.passwordStdin === true || flags.secretFile !== undefined
  const asked = (fields: readonly Field[]) =>
    flags.withToken === true || flags.withRefreshToken === true
      ? withoutLogin(fields)
      : fields.filter(({ secret }) => secret !== true || !secretGiven)
  const sources = { set: given, secrets: {}, fromEnvironment }
  const sketch = { provider: providerId, settings: {} }
  return await withoutAddress(context.ports(flags), sketch, sources, asked)
}
