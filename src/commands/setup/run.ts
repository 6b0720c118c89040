import { isFailure, ToknError } from '../../core/errors.ts'
import { lookIn, type Profile } from '../../core/profile.ts'
import { originsNamedBy } from '../../core/target.ts'
import { display } from '../../core/text.ts'
import type { Attachment } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { chooseProfile, namedProfile, readableProfiles } from '../../session/choose-profile.ts'
import { changeHosts } from '../../session/hosts.ts'
import { originsSaidBy } from '../../session/host-owner.ts'
import type { Ports } from '../../session/ports.ts'
import { openSession, type Session } from '../../session/session.ts'
import type { CommonFlags, Context } from '../context.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'
import { checkFields } from '../output/json.ts'
import type { ClientName, SetupClient, SetupRequest, SetupWorld } from './client.ts'
import { applyChanges, forgetHosts, leaveToOthers } from './apply.ts'
import { showChanges, tellSetup } from './tell.ts'

export const setupFlags = [
  ...['host', 'undo', 'dryRun', 'profile', 'store', 'timeout', 'noInput'],
] as const satisfies readonly FlagName[]

export type SetupFlags = CommonFlags & FlagsOf<(typeof setupFlags)[number]>

/** A client is loaded where it is named. */
const clients: Readonly<Record<ClientName, () => Promise<SetupClient>>> = {
  git: async () => (await import('./git.ts')).gitClient,
  docker: async () => (await import('./docker.ts')).dockerClient,
  kubectl: async () => (await import('./kubectl.ts')).kubectlClient,
  keyring: async () => (await import('./keyring.ts')).keyringClient,
}

/** Writes the configuration of a client, so that it asks for the token of a profile; or takes that back. */
export async function runSetup(
  context: Context,
  name: ClientName,
  positional: string | undefined,
  flags: SetupFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.setup/v1')
  const added = (flags.host ?? []).map(readHost)
  const [client, world] = await Promise.all([clients[name](), context.setupWorld(flags)])
  const lock = await context.ports(flags).lock()
  const held = await lock('setup', context.ports(flags).timeLeft())
  try {
    if (flags.undo === true) return await undo(context, world, client, name, positional, flags)
    await setUp(context, world, client, name, positional, flags, added)
  } finally {
    await held.release()
  }
}

async function setUp(
  context: Context,
  world: SetupWorld,
  client: SetupClient,
  name: ClientName,
  positional: string | undefined,
  flags: SetupFlags,
  added: readonly string[],
): Promise<void> {
  const ports = context.ports(flags)
  const choice = context.choice(flags, positional)
  const profile = chooseProfile(ports.profiles, choice)
  const isNamed = namedProfile({ ...choice, environment: undefined }) !== undefined
  await requireSendable(ports, client, name, { profile, isNamed })
  const known = await originsSaidBy({ ports, profile })
  const origins = [...new Set(added.length > 0 ? added : known)]
  if (origins.length === 0 && name !== 'kubectl' && name !== 'keyring') {
    throw new ToknError('usage', words.setup.nothingFor(profile.name))
  }
  const request: SetupRequest = {
    profile,
    isNamed,
    origins,
    answers: [...known, ...added],
    flags: await furtherFlags(context, flags),
  }
  // Before anything is written: what the client has may be nothing that can be changed.
  world.readNote()
  const changes = await client.plan(world, request)
  const fresh = added.filter((one) => !known.includes(one))
  const writes = flags.dryRun !== true
  if (writes && added.length > 0) {
    const session = openSession(ports, lookIn(profile, context.storeKind(flags, profile.store)))
    await addHosts(world, name, session, fresh, added)
  }
  // A person sees it before it is done; a program has nothing on standard output where something fails.
  const { outIsTerminal } = context.terminal
  if (outIsTerminal) showChanges(context, world, flags, changes)
  if (writes) await applyChanges(world, changes, 'keep')
  if (!outIsTerminal) showChanges(context, world, flags, changes)
  const next = await client.next(world, request)
  await tellSetup(context, world, flags, { client: name, profile, changes, hosts: fresh, next })
}

/**
 * Throws `unsupported` for a token that the client has no way to send. A helper for its hosts would never
 * answer, and stand before those that do. A definition that is gone, or damaged, says nothing of that.
 */
async function requireSendable(
  ports: Ports,
  client: SetupClient,
  name: ClientName,
  { profile, isNamed }: { readonly profile: Profile; readonly isNamed: boolean },
): Promise<void> {
  let attach: Attachment
  try {
    const provider = await ports.provider(profile)
    if (provider.attachVaries === true) return
    attach = provider.attach({ context: {} }, profile.settings)
  } catch (error) {
    if (isFailure(error)) return
    throw error
  }
  if (client.canSend(attach, isNamed)) return
  throw new ToknError('unsupported', words.setup.cannotSend(name, profile.name))
}

/** Notes first: what is noted and was not done is undone by doing nothing. */
async function addHosts(
  world: SetupWorld,
  client: ClientName,
  session: Session,
  fresh: readonly string[],
  added: readonly string[],
): Promise<void> {
  const note = world.readNote()
  const known = (origin: string) =>
    note.hosts.some(
      (one) => one.client === client && one.origin === origin && one.profile === session.id,
    )
  // One that another setup has added is needed by both.
  const shared = added.filter((origin) =>
    note.hosts.some((one) => one.origin === origin && one.profile === session.id),
  )
  const noted = [...new Set([...fresh, ...shared])]
    .filter((origin) => !known(origin))
    .map((origin) => ({ client, origin, profile: session.id }))
  if (noted.length > 0) world.writeNote({ ...note, hosts: [...note.hosts, ...noted] })
  await changeHosts(session, { add: added })
}

async function undo(
  context: Context,
  world: SetupWorld,
  client: SetupClient,
  name: ClientName,
  positional: string | undefined,
  flags: SetupFlags,
): Promise<void> {
  if (flags.host !== undefined) throw new ToknError('usage', words.setup.noHostToUndo())
  const ports = context.ports(flags)
  const choice = { ...context.choice(flags, positional), environment: undefined }
  const profile =
    namedProfile(choice) === undefined ? undefined : chooseProfile(ports.profiles, choice)
  const isMeant = (one: { readonly client: ClientName }, ids: readonly string[]) =>
    one.client === name && (profile === undefined || ids.includes(profile.id))
  const note = world.readNote()
  const written = note.written.filter((one) => isMeant(one, one.profiles)).toReversed()
  const { own, shared } = leaveToOthers(written, profile?.id)
  const changes = [...shared, ...(await client.undo(world, own))]
  const hosts = note.hosts.filter((one) => isMeant(one, [one.profile]))
  const gone = flags.dryRun === true ? [] : await takeBack()
  await tellSetup(context, world, flags, {
    client: name,
    profile,
    changes,
    hosts: flags.dryRun === true ? hosts.map(({ origin }) => origin) : gone,
    next: [],
  })

  function sessionOf(id: string): Session | undefined {
    const known = readableProfiles(ports.profiles).find((one) => one.id === id)
    return known && openSession(ports, lookIn(known, context.storeKind(flags, known.store)))
  }

  async function takeBack(): Promise<readonly string[]> {
    await applyChanges(world, changes, 'forget')
    return await forgetHosts(world, hosts, sessionOf)
  }
}

/** `text` as an origin. Throws `usage` for what is none, or is not spelled as they are kept. */
function readHost(text: string): string {
  const bare = /^https?:\/\/[^/]+$/.test(text)
  const [origin] = bare ? originsNamedBy({ kind: 'url', url: text }) : []
  if (origin === undefined || /[*]|\.$/.test(new URL(origin).hostname)) {
    throw new ToknError(
      'usage',
      words.setup.notAHost(display(text.replace(/\/\/[^/]*@/, '//'), 120)),
    )
  }
  return origin
}

/** The folder of the profiles and the store, where the command is told another than the usual one. */
async function furtherFlags(context: Context, flags: SetupFlags): Promise<readonly string[]> {
  const [used] = await context.configurations(flags)
  const named = used?.from === '--config-dir' || used?.from === 'TOKN_CONFIG_DIR'
  return [
    ...(used !== undefined && named ? ['--config-dir', used.path] : []),
    ...(flags.store === undefined ? [] : ['--store', flags.store]),
  ]
}
