import { isLoopback } from '../../core/base-url.ts'
import { ToknError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { decodeBasic } from '../../session/carriage.ts'
import { answerLines, capabilities } from './git/answer.ts'
import { readAttributes, type GitAttributes } from './git/attributes.ts'
import type { Asked, CredentialProtocol, CredentialWorld } from './protocol.ts'

/**
 * git-credential(1) and gitcredentials(7). Where there is nothing to say, nothing is said, and git asks
 * its next helper; none is kept from that by `quit`.
 */
export const gitProtocol: CredentialProtocol = {
  async run(world) {
    const [operation, ...others] = world.operands
    if (operation === undefined || others.length > 0) {
      throw new ToknError('usage', words.credentialGit.oneOperation())
    }
    if (operation === 'capability') {
      world.out(`version 0\n${capabilities.map((name) => `capability ${name}\n`).join('')}`)
    } else if (operation === 'get') await get(world)
    else if (operation === 'erase') await erase(world)
    // What a session has is kept without `store`; an operation that is not known is to be ignored.
    return 0
  },
}

async function get(world: CredentialWorld): Promise<void> {
  const attributes = await readAttributes(world.inputLines())
  const asked = readAsked(attributes)
  const given = asked && (await world.give(asked))
  if (given === undefined) return
  const lines = answerLines(given, attributes)
  if (lines === undefined) world.say(words.credentialGit.cannotSend(given.profile))
  else world.out(`${lines.join('\n')}\n\n`)
}

/** git has been refused with this: what was given meanwhile in its place is none of its business. */
async function erase(world: CredentialWorld): Promise<void> {
  const attributes = await readAttributes(world.inputLines())
  const asked = readAsked(attributes)
  const refused = refusedOf(attributes)
  if (asked !== undefined && refused !== undefined) {
    await world.reject(asked, new Secret(refused))
  }
}

function refusedOf({ single }: GitAttributes): string | undefined {
  const credential = single.get('credential')
  const isBasic = single.get('authtype')?.toLowerCase() === 'basic'
  const refused =
    credential !== undefined && isBasic ? decodeBasic(credential)?.password : credential
  const password = refused ?? single.get('password')
  return password === '' ? undefined : password
}

/** `undefined` for a place to which no token goes. */
function readAsked({ single }: GitAttributes): Asked | undefined {
  const protocol = single.get('protocol')
  const host = single.get('host') ?? ''
  if ((protocol !== 'https' && protocol !== 'http') || !/^[^\s/?#@\\]+$/.test(host)) {
    return undefined
  }
  const url = `${protocol}://${host}`
  if (protocol === 'http' && !(URL.canParse(url) && isLoopback(new URL(url)))) return undefined
  const username = single.get('username')
  const target = { kind: 'url', url } as const
  return username === undefined || username === '' ? { target } : { target, username }
}
