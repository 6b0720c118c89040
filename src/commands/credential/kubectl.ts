import { timestamp } from '../../core/data-text.ts'
import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { Target } from '../../core/target.ts'
import type { CredentialProtocol } from './protocol.ts'
import { readRequest } from './request.ts'

// ExecCredential of Kubernetes, group client.authentication.k8s.io. What is asked stands in a variable;
// standard input may be the user's, and is left alone.

const usual = 'client.authentication.k8s.io/v1'
const versions: readonly string[] = [usual, 'client.authentication.k8s.io/v1beta1']

/**
 * A bearer token and when it ends. A key or certificate never belongs to the answer: what a profile has
 * of these says to its own provider which client asks, and is a secret of longer life than any token;
 * a server of Kubernetes would moreover take its subject for the user, and not look at the token.
 */
export const kubectlProtocol: CredentialProtocol = {
  async run(world) {
    const [word] = world.operands
    if (word !== undefined)
      throw new ToknError('usage', words.credentialKubectl.noWords(display(word, 60)))
    const { apiVersion, target } = readExecInfo(world.variable('KUBERNETES_EXEC_INFO'))
    const given = await world.give({ target }, { bearer: true })
    if (given === undefined) {
      const url = target?.kind === 'url' ? display(target.url, 200) : undefined
      throw new ToknError('not_found', words.credentialKubectl.nothingFor(url))
    }
    const { access, expiresAt } = given
    const status = {
      token: access.reveal(),
      ...(expiresAt === undefined ? {} : { expirationTimestamp: timestamp(expiresAt) }),
    }
    world.out(`${JSON.stringify({ kind: 'ExecCredential', apiVersion, status })}\n`)
    return 0
  },
}

/** What kubectl asks for. */
export interface ExecInfo {
  readonly apiVersion: string
  /** Absent: kubectl was not told to say it (`provideClusterInfo`). */
  readonly target?: Target | undefined
}

/**
 * Reads what `KUBERNETES_EXEC_INFO` says. That nobody can be asked (`spec.interactive`) is nothing to
 * read: nobody is. Throws `usage` for what is no ExecCredential, `unsupported` for another version.
 */
export function readExecInfo(text: string | undefined): ExecInfo {
  if (text === undefined || text === '') return { apiVersion: usual }
  const info = readRequest(text, unreadable)
  // Other clients than kubectl leave out what it is, and none means anything else.
  const { kind = 'ExecCredential', apiVersion: version, spec } = info
  if (kind !== 'ExecCredential' || typeof version !== 'string') throw unreadable()
  const apiVersion = versions.find((one) => one === version)
  if (apiVersion === undefined) {
    throw new ToknError(
      'unsupported',
      words.credentialKubectl.otherVersion(display(version, 80), versions),
    )
  }
  if (spec !== undefined && spec !== null && !isObject(spec)) throw unreadable()
  const cluster = spec?.['cluster']
  if (cluster === undefined || cluster === null) return { apiVersion }
  const server = isObject(cluster) ? cluster['server'] : undefined
  // Without one, the token of no profile may be sent anywhere.
  if (typeof server !== 'string' || server === '') throw unreadable()
  return { apiVersion, target: { kind: 'url', url: server } }
}

const unreadable = () => new ToknError('usage', words.credentialKubectl.unreadable())
