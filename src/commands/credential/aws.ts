import { timestamp } from '../../core/data-text.ts'
import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { CredentialProtocol } from './protocol.ts'

/**
 * `credential_process` of the AWS SDKs. It says neither what for nor where to: the profile is the one
 * of the line in ~/.aws/config. Without `Expiration` the keys are taken to last for ever, so it is left
 * out of no answer where it is known.
 */
export const awsProtocol: CredentialProtocol = {
  async run(world) {
    const [word] = world.operands
    if (word !== undefined)
      throw new ToknError('usage', words.credentialAws.noWords(display(word, 60)))
    const given = await world.give({})
    if (given === undefined) throw new ToknError('not_found', words.credentialAws.nothing())
    const { profile, record, expiresAt } = given
    const { signingKey: key } = record
    if (key === undefined) throw new ToknError('unsupported', words.credentialAws.noKey(profile))
    const answer = {
      Version: 1,
      AccessKeyId: key.id,
      SecretAccessKey: key.secret.reveal(),
      ...(key.session === undefined ? {} : { SessionToken: key.session.reveal() }),
      ...(expiresAt === undefined ? {} : { Expiration: timestamp(expiresAt) }),
    }
    world.out(`${JSON.stringify(answer)}\n`)
    return 0
  },
}
