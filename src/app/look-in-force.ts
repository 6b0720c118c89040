import type { SessionFlags } from '../commands/context.ts'
import type { StoreKind } from '../core/profile.ts'
import { openInForce, type InForce } from './in-force.ts'
import type { OwnPorts } from './ports.ts'
import { kindOfUrl } from './store-variables.ts'
import type { Variables } from './variables.ts'

/** What work with profiles of this machine, or with none. */
const elsewhere = new Set(
  ['help', 'sandbox', 'demo', 'completion', 'store', 'ci', 'provider', 'agent', 'setup'].concat(
    'uninstall',
  ),
)

/** What shows, or chooses among, all profiles, whichever is named. */
const ofAll = new Set(['status', 'profile', 'doctor', 'credential'])

/**
 * The store for many machines that `TOKN_STORE_URL` names, unless a flag names another one, or the
 * command is about this machine. Throws `usage`.
 */
export async function findInForce(
  variables: Variables,
  command: string,
  flagged: StoreKind | undefined,
  open: () => OwnPorts,
): Promise<InForce | undefined> {
  const url = variables.read('store_url')
  if (url === undefined || elsewhere.has(command)) return undefined
  const kind = kindOfUrl(url, undefined)
  if (flagged !== undefined && flagged !== kind) return undefined
  return await openInForce(open(), kind, variables.holding('store_url') ?? '')
}

/** Reads what a command needs of its profiles. `name`: what is said of the profile, if anything is. */
export async function loadProfiles(
  { profiles }: InForce,
  variables: Variables,
  command: string,
  name: string | undefined,
  flags: SessionFlags & { readonly all?: boolean },
): Promise<void> {
  // What the environment gives otherwise needs no profile.
  const isGiven = variables.tokenVariable(name) !== undefined
  if (isGiven || (name === undefined && variables.provider !== undefined)) return
  if (name === undefined || flags.all === true || ofAll.has(command)) return await profiles.load()
  await profiles.load(name)
  // What there is instead is told.
  if (command !== 'login' && profiles.get(name) === undefined) await profiles.load()
}
