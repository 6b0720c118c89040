import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { SandboxApi } from '../../../src/sandbox/server.ts'
import { makeHome, type Environment, type Home } from '../../support/home.ts'
import { run, start, type Ended } from '../../support/run.ts'
import { addressOf, credentialsOf, startServers } from '../../support/servers.ts'
import { inputOf, newCalls } from './new-calls.ts'
import { agentCalls, callAgentRun, endAgent } from './agent-calls.ts'

/** A user with a session at two APIs: `web` (hoster.by, which refreshes) and `iot` (Rightech, which issues). */
export interface Stage {
  readonly home: Home
  readonly web: SandboxApi
  readonly iot: SandboxApi
  readonly tokn: (args: readonly string[], env?: Environment, input?: string) => Promise<Ended>
  /** Requests that the servers have seen so far. */
  readonly requests: () => number
  /** A name that nothing has yet. */
  readonly unused: () => string
  readonly close: () => Promise<void>
}

export async function openStage(): Promise<Stage> {
  const home = makeHome()
  const servers = await startServers(['hosterby', 'rightech'])
  const [web, iot] = [servers.api('hosterby'), servers.api('rightech')]
  let count = 0
  const stage: Stage = {
    home,
    web,
    iot,
    tokn: async (args, env = {}, input = inputOf(args, iot)) =>
      await run(args, { home, env, input }),
    requests: () => web.log.length + iot.log.length,
    unused: () => `other-${++count}`,
    close: async () => {
      await endAgent(stage)
      await servers.close()
      home.remove()
    },
  }
  for (const api of [web, iot]) {
    const name = api === web ? 'web' : 'iot'
    await must(stage, ['login', name, ...addressOf(api)], credentialsOf(api))
  }
  // The passphrase of the store is chosen: without the key, it is what a person is asked for.
  const sealed = { TOKN_STORE_KEY: undefined, TOKN_PASSPHRASE: 'of the store' }
  await must(stage, ['login', 'sealed', ...addressOf(iot)], { ...credentialsOf(iot), ...sealed })
  await must(stage, ['logout', 'sealed'], sealed)
  await must(stage, ['profile', 'remove', 'sealed'], sealed)
  writeFileSync(join(home.work, 'mine.json'), JSON.stringify(definition))
  return stage
}

/** Runs what a demonstration stands on. Throws where it does not end with 0. */
export async function must(
  { tokn }: Stage,
  args: readonly string[],
  env?: Environment,
): Promise<Ended> {
  const ended = await tokn(args, env)
  if (ended.status !== 0) throw new Error(`tokn ${args.join(' ')}: ${ended.err}`)
  return ended
}

const definition = {
  id: 'mine',
  title: 'Mine',
  docs: 'https://example.com/docs',
  baseUrl: 'https://api.example.com',
  // Elsewhere than its own address: that has to be agreed to.
  apiOrigins: ['https://files.example.com'],
  fields: [{ name: 'password', label: 'Password', secret: true }],
  attach: { headers: { Authorization: 'Bearer {access}' } },
  login: {
    request: { method: 'POST', path: '/login', json: { password: '{fields.password}' } },
    reply: { access: 'token' },
  },
  rotation: 'none',
}

/** A call of a command that ends with 0, as often as it is made; what it needs is made before. */
export type Call = (stage: Stage) => Promise<{ args: readonly string[]; env?: Environment }>

export const calls: Readonly<Record<string, Call>> = {
  ...agentCalls,
  login: async ({ web }) => ({
    args: ['login', 'web', ...addressOf(web)],
    env: credentialsOf(web),
  }),
  token: async () => ({ args: ['token', 'web'] }),
  header: async () => ({ args: ['header', 'web'] }),
  curl: async ({ web }) => ({ args: ['curl', 'web', '--', '-sS', web.resource.url] }),
  env: async () => ({ args: ['env', 'web', '--shell', 'sh'] }),
  exec: async () => ({ args: ['exec', 'web', '--', 'true'] }),
  refresh: async () => ({ args: ['refresh', 'web'] }),
  status: async () => ({ args: ['status'] }),
  check: async () => ({ args: ['check', 'web', '--online'] }),
  list: async () => ({ args: ['list', 'iot'] }),
  issue: async (stage) => ({ args: ['issue', 'iot', '--name', stage.unused()] }),
  revoke: async (stage) => {
    const name = stage.unused()
    await must(stage, ['issue', 'iot', '--name', name])
    return { args: ['revoke', name, '-P', 'iot'] }
  },
  info: async () => ({ args: ['info', 'web'] }),
  logout: async (stage) => {
    const name = stage.unused()
    await must(stage, ['login', name, ...addressOf(stage.iot)], credentialsOf(stage.iot))
    return { args: ['logout', name] }
  },
  'profile list': async () => ({ args: ['profile', 'list'] }),
  'profile show': async () => ({ args: ['profile', 'show', 'web'] }),
  'profile set': async () => ({ args: ['profile', 'set', 'web', 'offline', '10m'] }),
  'profile use': async () => ({ args: ['profile', 'use', 'web'] }),
  'profile rename': async (stage) => {
    const { args } = await (calls['logout'] as Call)(stage)
    return { args: ['profile', 'rename', args[1] ?? '', stage.unused()] }
  },
  'profile bind': async (stage) => {
    bind(stage, 'web')
    return { args: ['profile', 'bind', 'web'] }
  },
  'profile unbind': async (stage) => {
    bind(stage, 'web')
    return { args: ['profile', 'unbind'] }
  },
  'profile forget-credentials': async () => ({ args: ['profile', 'forget-credentials', 'web'] }),
  'profile remove': async (stage) => {
    const { args } = await (calls['logout'] as Call)(stage)
    await must(stage, args)
    return { args: ['profile', 'remove', args[1] ?? ''] }
  },
  'provider list': async () => ({ args: ['provider', 'list'] }),
  'provider show': async () => ({ args: ['provider', 'show', 'rightech'] }),
  'provider add': async ({ tokn }) => {
    await tokn(['provider', 'remove', 'mine'])
    return { args: ['provider', 'add', 'mine.json', '--yes'] }
  },
  'provider remove': async (stage) => {
    await stage.tokn(['provider', 'remove', 'mine'])
    await must(stage, ['provider', 'add', 'mine.json', '--yes'])
    return { args: ['provider', 'remove', 'mine'] }
  },
  'provider schema': async () => ({ args: ['provider', 'schema'] }),
  // Where the API has a list, at a place that its definition does not know.
  'provider scopes': async (stage) => {
    const flags = [...addressOf(stage.iot), '--override', 'scopes.list=/methods']
    await must(stage, ['login', 'listed', ...flags], credentialsOf(stage.iot))
    return { args: ['provider', 'scopes', 'listed'] }
  },
  'provider test': async ({ web }) => ({
    args: ['provider', 'test', ...addressOf(web).slice(1, 4)],
    env: credentialsOf(web),
  }),
  // Only a person can answer its questions: what needs one is shown in a terminal.
  'provider new': async ({ unused }) => ({ args: ['provider', 'new', `${unused()}.json`] }),
  which: async () => ({ args: ['which', 'web'] }),
  why: async () => ({ args: ['why', 'web'] }),
  doctor: async () => ({ args: ['doctor'] }),
  uninstall: async () => ({ args: ['uninstall', '--list'] }),
  'ci start': async ({ home, web }) => {
    const runtime = join(home.path, 'run')
    mkdirSync(runtime, { mode: 0o700, recursive: true })
    const env = {
      ...credentialsOf(web),
      TOKN_PROVIDER: web.name,
      TOKN_BASE_URL: web.baseUrl,
      XDG_RUNTIME_DIR: runtime,
    }
    return { args: ['ci', 'start', '--max', '1s'], env }
  },
  'ci end': async () => ({ args: ['ci', 'end'] }),
  ...newCalls,
  sandbox: async () => ({ args: ['sandbox', 'hosterby'] }),
  demo: async () => ({ args: ['demo'] }),
}

/** The folder of all commands has a file that names a profile. */
export function bind({ home }: Stage, name: string): void {
  writeFileSync(join(home.work, '.tokn'), `${name}\n`, { mode: 0o644 })
}

/** Calls a command with `flags` before any `--`; one that serves is ended once it has said where. */
export async function call(
  stage: Stage,
  command: string,
  flags: readonly string[],
  env: Environment = {},
): Promise<Ended> {
  const made = await (calls[command] as Call)(stage)
  const args = withFlags(made.args, flags)
  const all = { ...made.env, ...env }
  if (command === 'agent run') return await callAgentRun(stage, args, all)
  if (command !== 'sandbox') return await stage.tokn(args, all)
  const { child, ended } = start(args, { home: stage.home, env: all })
  child.stdout?.once('data', () => void delay(200).then(() => child.kill('SIGINT')))
  return await ended
}

/** `args` with `flags` before what belongs to a child, or to the tool that asks. */
export function withFlags(args: readonly string[], flags: readonly string[]): readonly string[] {
  if (args[0] === 'credential') return args.toSpliced(2, 0, ...flags)
  const at = args.indexOf('--')
  return at < 0 ? [...args, ...flags] : [...args.slice(0, at), ...flags, ...args.slice(at)]
}
