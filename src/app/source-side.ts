import { openPorts, type PortsRequest } from './ports.ts'
import type { Ports } from '../session/ports.ts'
import { openPassphrase } from './passphrase.ts'
import { kindOfUrl } from './store-variables.ts'
import type { Variables } from './variables.ts'

/** Each stands in for the one without `from_`, for the store that sessions are moved from. */
const own = ['from_store_url', 'from_store_key', 'from_store_password', 'from_passphrase']

const urlVariable = 'TOKN_FROM_STORE_URL'

/**
 * The ports of the store that sessions are moved from, where variables say something else of it than
 * of the one that they go to; `undefined` where none does. Profiles and index are those of this machine.
 * Throws `usage` for what is no address of a store.
 */
export function openSourceSide(
  request: PortsRequest,
  variables: Variables,
  { profiles, index }: Pick<Ports, 'profiles' | 'index'>,
): Ports | undefined {
  const { holding, readSecret } = variables
  if (own.every((name) => holding(name) === undefined)) return undefined
  const url = readSecret('from_store_url')
  const isElsewhere = url !== undefined
  if (isElsewhere) kindOfUrl(url.reveal().trim(), undefined, urlVariable)
  const isByPassphrase = holding('from_passphrase') !== undefined
  const passphrase = isByPassphrase
    ? openPassphrase({
        given: () => readSecret('from_passphrase'),
        ask: undefined,
        say: () => undefined,
      })
    : request.passphrase
  const ports = openPorts({
    ...request,
    passphrase,
    storeUrl: () => url ?? request.storeUrl?.(),
    keyVariable: holding('from_store_key'),
    urlVariable: isElsewhere ? urlVariable : undefined,
    storeKey: () =>
      readSecret('from_store_key') ?? (isByPassphrase ? undefined : request.storeKey()),
    // A password is of one address.
    storePassword: () =>
      readSecret('from_store_password') ?? (isElsewhere ? undefined : request.storePassword?.()),
    stores: new Map(),
    opened: {},
  })
  return { ...ports, profiles, index }
}
