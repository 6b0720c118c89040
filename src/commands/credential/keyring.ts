import { isFailure, ToknError } from '../../core/errors.ts'
import type { Target } from '../../core/target.ts'
import { words } from '../../messages/words.ts'
import { carriageOf, userAndPassword } from '../../session/carriage.ts'
import type { CredentialProtocol, CredentialWorld } from './protocol.ts'

/**
 * The command of Python's keyring, for pip and uv: `get URL USER` prints a password, `--mode creds`
 * a user and a password, a line each. Both ask with the URL of the index first, then with its host, and
 * take any failure for "no password".
 * Source: keyring's command line; pip, network/auth.py; uv, crates/uv-auth/src/keyring.rs.
 */
export const keyringProtocol: CredentialProtocol = { run: answerKeyring }

interface KeyringRequest {
  readonly service: string
  readonly username: string | undefined
  readonly mode: 'password' | 'creds'
}

async function answerKeyring(world: CredentialWorld): Promise<number> {
  try {
    const { service, username, mode } = readOperands(world.operands)
    const given = await world.give({ target: targetOf(service), username })
    if (given === undefined) return 1
    const found = userAndPassword(carriageOf(given.record), given.access.reveal(), username)
    if (found === undefined) {
      throw new ToknError('unsupported', words.credentialBuild.notPassword())
    }
    // A Basic login has a user of its own, and another's password is none for the one that was asked for.
    if (username !== undefined && found.username !== username) return 1
    const lines = mode === 'creds' ? [found.username, found.password] : [found.password]
    if (lines.some((line) => /[\0-\x1f\x7f]/.test(line))) {
      throw new ToknError('unsupported', words.credentialBuild.notOneLine())
    }
    world.out(`${lines.join('\n')}\n`)
    return 0
  } catch (error) {
    if (!isFailure(error)) throw error
    throw new ToknError(error.code, error.message, { ...error.details, exit: 1 })
  }
}

function targetOf(service: string): Target {
  return service.includes('://') ? { kind: 'url', url: service } : { kind: 'host', host: service }
}

/** `--mode` stands before the operation or, as uv has it, behind the service. */
function readOperands(operands: readonly string[]): KeyringRequest {
  const said: string[] = []
  let mode: string | undefined = 'password'
  for (let at = 0; at < operands.length; at++) {
    const word = operands[at] ?? ''
    if (word === '--mode') mode = operands[++at]
    else if (word.startsWith('--mode=')) mode = word.slice('--mode='.length)
    else if (word.startsWith('-')) throw misused()
    else said.push(word)
  }
  const [operation, service, username, ...more] = said
  if (operation === 'set' || operation === 'del') throw readOnly()
  if (mode !== 'password' && mode !== 'creds') throw misused()
  if (operation !== 'get' || !service || more.length > 0) throw misused()
  return { service, username: username === '' ? undefined : username, mode }
}

function misused(): ToknError {
  return new ToknError('usage', words.credentialBuild.keyringUsage())
}

function readOnly(): ToknError {
  return new ToknError('usage', words.credentialBuild.keyringReadOnly())
}
