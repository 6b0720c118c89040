import type { SessionFlags } from '../commands/context.ts'
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
  'uninstall',
])

/** What shows, or works on, all profiles, unless more is said. */
const mayBeAboutAll = new Set([
  'refresher',
  'doctor',
  'profile',
  'status',
  'list',
  'agent',
  'login',
])

/** What asks an agent that is named first, which may have what is needed. */
const asksAgent = new Set(['token', 'header', 'env', 'exec', 'curl'])

/** Flags that say how many profiles a command is about. */
interface LookedFlags {
  readonly all?: boolean
  readonly current?: boolean
  readonly local?: boolean
  readonly bareStore?: boolean
  readonly undo?: boolean
  readonly tokenFile?: unknown
}

export interface Looking {
  readonly variables: Variables
  /** The words of the command, without flags. */
  readonly command: readonly string[]
  readonly flags: SessionFlags & LookedFlags
  /** The profile that is named before all flags. */
  readonly positional: string | undefined
  /** The name that the folder gives. Throws `usage`. */
  folder(): string | undefined
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
  const { variables, flags, positional } = looking
  const [command = ''] = looking.command
  const url = variables.read('store_url')
  if (url === undefined || elsewhere.has(command)) return undefined
  // An agent looks up itself what it is asked for; those that are named are to be there.
  const isNamed = (flags.profile ?? flags.tokenFile) !== undefined
  if (command === 'agent' && !isNamed) return undefined
  const kind = kindOfUrl(url, undefined)
  if (flags.store !== undefined && flags.store !== kind) return undefined
  // What was written is known here, whether or not the store is reached.
  if (flags.undo === true && positional === undefined) return undefined
  const variable = variables.holding('store_url') ?? ''
  const inForce = looking.inForce ?? (await openFirst(looking, kind, variable))
  if (looking.mayWait && inForce.mayAskAgent && asksAgent.has(command)) return inForce
  await load(inForce, looking, positional ?? flags.profile)
  return inForce
}

/** A login makes what the store needs, before anything is looked for in it. */
async function openFirst(
  { command, open }: Looking,
  kind: StoreKind,
  variable: string,
): Promise<InForce> {
  const ports = open()
  if (command[0] === 'login') {
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

/** `given`: the name in the words of the command. */
async function load(
  { profiles }: InForce,
  looking: Looking,
  given: string | undefined,
): Promise<void> {
  const { variables, command, flags } = looking
  // What the environment says is meant where a command is about one profile.
  const name = given ?? variables.profile
  const isGiven = variables.tokenVariable(name) !== undefined
  if (isGiven || (name === undefined && variables.provider !== undefined)) return
  if (name !== undefined && flags.all !== true && !mayBeAboutAll.has(command[0] ?? '')) {
    await profiles.load(name)
    if (profiles.outlines().some((one) => one.name === name)) return
  }
  const { loadMore } = await import('./load-profiles.ts')
  await loadMore(profiles, looking, { given, name })
}
