import type { SessionFlags } from '../commands/context.ts'
import { isFailure } from '../core/errors.ts'
import type { StoreKind } from '../core/profile.ts'
import { openInForce, type InForce } from './in-force.ts'
import type { OwnPorts } from './ports.ts'
import { kindOfUrl } from './store-variables.ts'
import type { Variables } from './variables.ts'

/** What work with profiles of this machine, or with none. */
const elsewhere = new Set([
  'help',
  'sandbox',
  'demo',
  'completion',
  'store',
  'ci',
  'provider',
  'setup',
  'uninstall',
])

/** What shows, or chooses among, all profiles, whichever is named. */
const ofAll = new Set(['status', 'profile', 'credential', 'agent', 'which'])

/** What asks an agent that is named first, which may have what is needed. */
const asksAgent = new Set(['token', 'header', 'env', 'exec', 'curl'])

interface Looking {
  readonly variables: Variables
  readonly command: string
  readonly flags: SessionFlags & { readonly all?: boolean; readonly tokenFile?: unknown }
  readonly positional: string | undefined
  /** What is open already. */
  readonly inForce: InForce | undefined
  open(): OwnPorts
  /** It is looked again, where an agent that is named has not what is needed. */
  readonly mayWait: boolean
}

/**
 * Opens the store for many machines that `TOKN_STORE_URL` names, and reads what the command needs of its
 * profiles: commands look at what is known by then. `undefined` where a flag names another store, or
 * the command is about this machine. Throws `usage`, and what the engine throws.
 */
export async function look(looking: Looking): Promise<InForce | undefined> {
  const { variables, command, flags, positional } = looking
  const url = variables.read('store_url')
  if (url === undefined || elsewhere.has(command)) return undefined
  // An agent looks up itself what it is asked for; those that are named are to be there.
  const isNamed = (flags.profile ?? flags.tokenFile) !== undefined
  if (command === 'agent' && !isNamed) return undefined
  const kind = kindOfUrl(url, undefined)
  if (flags.store !== undefined && flags.store !== kind) return undefined
  const variable = variables.holding('store_url') ?? ''
  const inForce = looking.inForce ?? (await openFirst(looking, kind, variable))
  if (looking.mayWait && inForce.mayAskAgent && asksAgent.has(command)) return inForce
  await load(inForce, looking, positional ?? flags.profile ?? variables.profile)
  return inForce
}

/** A login makes what the store needs, before anything is looked for in it. */
async function openFirst(
  { command, open }: Looking,
  kind: StoreKind,
  variable: string,
): Promise<InForce> {
  const ports = open()
  if (command === 'login') {
    const { engine, ring } = await ports.shared(kind)
    const role = await ring.opening((keys) => keys.role)
    // Before anybody is asked for what such a key cannot keep.
    if (role === 'reader') {
      const { refuseReaderOf } = await import('../session/fleet/reader.ts')
      refuseReaderOf({ role, describe: () => engine.describe() }, 'login')
    }
    await engine.prepare()
  }
  return await openInForce(ports, kind, variable)
}

async function load(
  { profiles }: InForce,
  { variables, command, flags }: Looking,
  name: string | undefined,
): Promise<void> {
  // What the environment gives otherwise needs no profile.
  const isGiven = variables.tokenVariable(name) !== undefined
  if (isGiven || (name === undefined && variables.provider !== undefined)) return
  if (command === 'doctor') return await loadIfReached(profiles)
  if (name === undefined || flags.all === true || ofAll.has(command)) return await profiles.load()
  await profiles.load(name)
  // What there is instead is told.
  if (command !== 'login' && profiles.get(name) === undefined) await profiles.load()
}

/** Of a store that is not reached, `doctor` tells by itself. */
async function loadIfReached(profiles: InForce['profiles']): Promise<void> {
  try {
    await profiles.load()
  } catch (error) {
    if (!isFailure(error)) throw error
  }
}
