import { ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import { originsNamedBy } from '../../core/target.ts'
import { display } from '../../core/text.ts'
import { quoteWord } from '../../core/quoting.ts'
import { words } from '../../messages/words.ts'
import { isBearer } from '../../session/carriage.ts'
import type { Change, SetupClient, SetupRequest, SetupWorld, Written } from './client.ts'

const membersMade: ReadonlySet<string> = new Set([
  ...['apiVersion', 'command', 'args', 'interactiveMode', 'provideClusterInfo'],
])
const apiVersion = 'client.authentication.k8s.io/v1'

/** A user of the kubeconfig with an exec plugin (client.authentication.k8s.io), written by kubectl itself. */
export const kubectlClient: SetupClient = {
  canSend: isBearer,
  plan: async (world, request) => {
    if (!world.isOnPath('kubectl')) throw byHand(world, request)
    const user = userOf(request)
    const path = world.kubeconfig
    const [command = '', ...args] = commandOf(world, request)
    const there = await execOf(world, path, user)
    const value = [command, ...args]
    const key = `users.${user}.exec`
    const known = world
      .readNote()
      .written.find((one) => one.client === 'kubectl' && one.path === path && one.key === key)
    if (there === undefined && (await hasUser(world, path, user))) throw taken(user)
    const ours = there?.join('\0') === value.join('\0')
    if (ours && (await isToldServer(world, path, user))) {
      return [{ path, key, value: value.join(' '), before: [], outcome: 'unchanged' }]
    }
    if (there !== undefined && !ours && known?.value.join('\0') !== there.join('\0'))
      throw taken(user)
    if (there !== undefined && !(await isBare(world, path, user))) throw taken(user)
    const note: Written = {
      client: 'kubectl',
      path,
      key,
      value,
      before: [],
      profiles: [request.profile.id],
    }
    const apply = async () => {
      // Arguments are added to those that are there.
      if (there !== undefined) await kubectl(world, path, ['config', 'delete-user', user])
      await kubectl(world, path, settingOf(user, value))
    }
    return [{ path, key, value: value.join(' '), before: [], outcome: 'written', note, apply }]
  },
  undo: async (world, written) => {
    const changes: Change[] = []
    for (const note of written) {
      const { path } = note
      const user = note.key.slice('users.'.length, -'.exec'.length)
      const there = await execOf(world, path, user)
      const ours = there?.join('\0') === note.value.join('\0') && (await isBare(world, path, user))
      const outcome = ours ? 'removed' : (await hasUser(world, path, user)) ? 'kept' : 'absent'
      const apply = ours
        ? async () => void (await kubectl(world, path, ['config', 'delete-user', user]))
        : undefined
      changes.push({ path, key: note.key, value: null, before: [], outcome, note, apply })
    }
    return changes
  },
  next: async (world, request) => {
    const server = await currentServer(world)
    const origins = server === undefined ? [] : originsNamedBy({ kind: 'url', url: server })
    const isForeign = server !== undefined && !origins.some((one) => request.answers.includes(one))
    return [
      words.setup.useUser(`kubectl config set-context --current --user=${userOf(request)}`),
      ...(isForeign ? [words.setup.foreignServer(request.profile.name, display(server, 200))] : []),
    ]
  },
}

function userOf({ profile }: SetupRequest): string {
  return `tokn-${profile.name}`
}

/** The server of the current context, if there is one. */
async function currentServer(world: SetupWorld): Promise<string | undefined> {
  const args = ['config', 'view', '--minify', '--output=json']
  const printed = await world.run('kubectl', args, { KUBECONFIG: world.kubeconfig })
  const document: unknown = printed?.status === 0 ? parse(printed.out) : undefined
  const clusters: unknown = isObject(document) ? document['clusters'] : undefined
  const [first]: readonly unknown[] = Array.isArray(clusters) ? clusters : []
  const cluster = isObject(first) ? first['cluster'] : undefined
  return isObject(cluster) ? ownString(cluster, 'server') : undefined
}

/** Whether kubectl says to the plugin of a user which server it asks; what was set up earlier was not told. */
async function isToldServer(world: SetupWorld, path: string, user: string): Promise<boolean> {
  const exec = (await usersIn(world, path)).get(user)?.['exec']
  return isObject(exec) && exec['provideClusterInfo'] === true
}

/** Of several profiles for a cluster, this one. */
function commandOf({ ownLine }: SetupWorld, { profile, flags }: SetupRequest): readonly string[] {
  return [...ownLine, 'credential', 'kubectl', '-P', profile.name, ...flags]
}

function settingOf(user: string, [command, ...args]: readonly string[]): readonly string[] {
  return [
    ...['config', 'set-credentials', user],
    ...[`--exec-api-version=${apiVersion}`, `--exec-command=${command}`],
    ...['--exec-interactive-mode=Never', '--exec-provide-cluster-info=true'],
    ...args.map((arg) => `--exec-arg=${arg}`),
  ]
}

/** Command and arguments of the plugin of a user, if it has one. */
async function execOf(
  world: SetupWorld,
  path: string,
  user: string,
): Promise<readonly string[] | undefined> {
  const exec = (await usersIn(world, path)).get(user)?.['exec']
  if (!isObject(exec)) return undefined
  const { args = [] } = exec
  const command = ownString(exec, 'command')
  return command === undefined || !Array.isArray(args) ? undefined : [command, ...args.map(String)]
}

/** Whether a user has what is written here alone: what was added to it would go with it. */
async function isBare(world: SetupWorld, path: string, user: string): Promise<boolean> {
  const { exec, ...rest } = (await usersIn(world, path)).get(user) ?? {}
  if (!isObject(exec) || Object.keys(rest).length > 0) return false
  const more = Object.keys(exec).filter((name) => !membersMade.has(name) && exec[name] !== null)
  return (
    more.length === 0 && exec['apiVersion'] === apiVersion && exec['interactiveMode'] === 'Never'
  )
}

async function hasUser(world: SetupWorld, path: string, user: string): Promise<boolean> {
  return (await usersIn(world, path)).has(user)
}

/** Users by their names. What is secret in them is not read by kubectl without `--raw`. */
async function usersIn(
  world: SetupWorld,
  path: string,
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const text = await kubectl(world, path, ['config', 'view', '--output=json'])
  const document: unknown = parse(text)
  const users = isObject(document) && Array.isArray(document['users']) ? document['users'] : []
  return new Map(
    users.flatMap((one: unknown) => {
      const name = isObject(one) ? ownString(one, 'name') : undefined
      const user = isObject(one) && isObject(one['user']) ? one['user'] : {}
      return name === undefined ? [] : [[name, user] as const]
    }),
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function kubectl(world: SetupWorld, path: string, args: readonly string[]): Promise<string> {
  const printed = await world.run('kubectl', args, { KUBECONFIG: path })
  if (printed === undefined) throw new ToknError('unsupported', words.setup.notInstalled('kubectl'))
  if (printed.status === 0) return printed.out
  throw new ToknError('usage', words.setup.clientRefused('kubectl', world.shown(path), printed.err))
}

/** With the lines that do the same where kubectl is. */
function byHand(world: SetupWorld, request: SetupRequest): ToknError {
  const args = settingOf(userOf(request), commandOf(world, request))
  const line = `kubectl ${args.map(quoteWord).join(' ')}`
  return new ToknError('unsupported', words.setup.byHand('kubectl', [line]))
}

function taken(user: string): ToknError {
  return new ToknError('usage', words.setup.userTaken(user))
}
