import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { resolveConfig } from '../../../src/io/profiles/config-file.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { locatePaths } from '../../../src/io/files/paths.ts'
import { createUserLock } from '../../../src/io/files/user-lock.ts'
import { restsInData } from '../../../src/stores/catalog.ts'
import type { Fault } from '../../../src/sandbox/faults.ts'
import type { SandboxApi, SandboxName, SandboxOptions } from '../../../src/sandbox/server.ts'
import { makeHome, program, type Home } from '../../support/home.ts'
import { run, start, startCommand, type Ended } from '../../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../../support/servers.ts'
import { openTerminal } from '../../support/terminal.ts'

/** A home, fake APIs, and what is to happen to the command of a row. */
export interface Scene {
  readonly home: Home
  readonly env: Record<string, string>
  /** Started by what is given first about it. */
  api(name: SandboxName): SandboxApi
  serve(name: SandboxName, options?: SandboxOptions): Promise<SandboxApi>
  /** What to do while the command runs. */
  meanwhile?: (command: { interrupt(): void; said: Promise<unknown> }) => Promise<void>
  /** Where standard output goes, when not to us. */
  out?: string
  /** What a person does at the first question; without it there is nobody. */
  types?: { readonly at: RegExp; readonly keys: string }
  /** Called at the end. */
  readonly ends: (() => unknown)[]
}

/** Arranges one thing before the command of a row. */
export type Given = (scene: Scene) => unknown

export function openScene(): Scene & { close(): Promise<void> } {
  const home = makeHome()
  const servers = new Map<SandboxName, Servers>()
  const ends: (() => unknown)[] = []
  return {
    home,
    env: {},
    ends,
    api: (name) => {
      const started = servers.get(name)
      if (started === undefined) throw new Error(`nothing serves ${name}`)
      return started.api(name)
    },
    serve: async (name, options = {}) => {
      const started = servers.get(name) ?? (await startServers([name], options))
      servers.set(name, started)
      return started.api(name)
    },
    close: async () => {
      for (const end of ends) await end()
      for (const started of servers.values()) await started.close()
      home.remove()
    },
  }
}

/** The API is served; its profile is named as it is. */
export function served(name: SandboxName, options: SandboxOptions = {}): Given {
  return async (scene) => {
    const api = await scene.serve(name, options)
    scene.env['API'] = api.baseUrl
    scene.env['ADDRESS'] = addressOf(api).join(' ')
    scene.env['RESOURCE'] = api.resource.url
  }
}

/** There is a session of that API, under the name of the API or another. */
export function session(
  api: SandboxName,
  flags = '',
  name: string = api,
  options: SandboxOptions = {},
): Given {
  return async (scene) => {
    await served(api, options)(scene)
    const found = scene.api(api)
    const words = flags === '' ? [] : flags.split(' ').map((word) => word.replace('_', ' '))
    await must(scene, ['login', name, ...addressOf(found), ...words], credentialsOf(found))
  }
}

/** A token of that API, pasted in. */
export function pasted(api: SandboxName, name: string = api): Given {
  return async (scene) => {
    await served(api)(scene)
    const ended = await run(['login', name, ...addressOf(scene.api(api)), '--with-token'], {
      home: scene.home,
      env: credentialsOf(scene.api(api)),
      input: 'a-token-made-elsewhere\n',
    })
    if (ended.status !== 0) throw new Error(ended.err)
  }
}

/** A session of an API of the user's own, which a fake one serves. */
export function ownSession(id: string, definition: string, by: SandboxName): Given {
  return async (scene) => {
    await served(by)(scene)
    file(`${id}.json`, definition)(scene)
    await must(scene, ['provider', 'add', `${id}.json`])
    const { baseUrl } = scene.api(by)
    const words = ['login', id, '--provider', id, '--base-url', baseUrl]
    await must(scene, words, credentialsOf(scene.api(by)))
  }
}

/** The credentials of that API are in variables. */
export function credentials(api: SandboxName, over: Readonly<Record<string, string>> = {}): Given {
  return (scene) => Object.assign(scene.env, credentialsOf(scene.api(api)), over)
}

export function variable(name: string, value: string): Given {
  return (scene) => Object.assign(scene.env, { [name]: value })
}

/** From here on the API has that fault. */
export function fault(api: SandboxName, ...faults: readonly Fault[]): Given {
  return (scene) => scene.api(api).control.replaceFaults(faults)
}

/** There is a token of that name, issued with the session of Rightech. */
export function issued(name: string): Given {
  return (scene) => must(scene, ['issue', 'rightech', '--name', name])
}

/** A definition of the user's own, from a file. */
export function added(name: string): Given {
  return (scene) => must(scene, ['provider', 'add', name])
}

export function loggedOut(name: string): Given {
  return (scene) => must(scene, ['logout', name, '--local-only'])
}

/** Another key than the one under which sessions were stored. */
export const anotherKey: Given = (scene) =>
  Object.assign(scene.env, { TOKN_STORE_KEY: randomBytes(32).toString('base64url') })

/** Standard output takes nothing: a full disk. */
export const full: Given = (scene) => {
  scene.out = '/dev/full'
}

/** Ctrl-C when the API has got a request, which it never answers. */
export function interrupted(api: SandboxName): Given {
  return (scene) => {
    scene.api(api).control.replaceFaults([{ do: 'hang' }])
    const seen = scene.api(api).log.length
    scene.meanwhile = async ({ interrupt }) => {
      while (scene.api(api).log.length === seen) await delay(10)
      interrupt()
    }
  }
}

/** Ctrl-C after the first words that the command says. */
export const interruptedSoon: Given = (scene) => {
  scene.meanwhile = async ({ interrupt, said }) => {
    await said
    // What it says last before it waits comes a moment before it is ready for the signal.
    await delay(300)
    interrupt()
  }
}

/** A person who answers the first question with these keys. */
export function person(at: RegExp, keys: string): Given {
  return (scene) => Object.assign(scene, { types: { at, keys } })
}

/** A file in the folder of the command. */
export function file(name: string, text: string, mode = 0o644): Given {
  return ({ home }) => {
    const path = join(home.work, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, mode)
  }
}

/** Another process is writing the profiles, and takes its time. */
export const writing: Given = async (scene) => {
  const paths = locatePaths(scene.home.environment)
  const files = openFiles()
  const lock = createUserLock({ paths, files, command: 'another', restsInData })
  const held = await lock(`config:${resolveConfig(join(paths.config, 'config.json'))}`, 1_000)
  scene.ends.push(() => held.release())
  scene.env['TOKN_TIMEOUT'] = '1s'
}

/** What is stored is there, and is no file any more. */
export const spoiled: Given = ({ home }) => {
  for (const name of readdirSync(home.sessions).filter((one) => one.endsWith('.jwe'))) {
    rmSync(join(home.sessions, name))
    mkdirSync(join(home.sessions, name))
  }
}

/** Another process refreshes the session, and gets no answer: its lock is held. */
export function busy(api: SandboxName, path: string): Given {
  return async (scene) => {
    const { home } = scene
    scene.api(api).control.replaceFaults([{ do: 'hang', path, times: 1 }])
    const seen = scene.api(api).log.length
    const other = start(['refresh', api], { home, env: { TOKN_TIMEOUT: '25s' } })
    scene.ends.push(() => other.child.kill('SIGKILL'))
    while (scene.api(api).log.length === seen) await delay(10)
    scene.env['TOKN_TIMEOUT'] = '1s'
  }
}

async function must(scene: Scene, words: readonly string[], env = {}): Promise<void> {
  const ended = await run(words, { home: scene.home, env })
  if (ended.status !== 0) throw new Error(`${words.join(' ')}: ${ended.err}`)
}

/** As a terminal does it: what the command has started gets the signal too. */
function interruptGroup({ pid }: { readonly pid?: number | undefined }): void {
  if (pid !== undefined) process.kill(-pid, 'SIGINT')
}

/** Runs the command of a row, as whatever was given wants it. */
export async function runIn(scene: Scene, words: readonly string[]): Promise<Ended> {
  const { home, env, types } = scene
  if (types !== undefined) {
    const terminal = openTerminal(words, home, env)
    await terminal.until(types.at)
    terminal.type(types.keys)
    return await terminal.ended
  }
  const line = [process.execPath, program, ...words]
  const told =
    scene.out === undefined ? line : ['sh', '-c', `exec "$@" > ${scene.out}`, 'sh', ...line]
  const { child, ended } = startCommand(told, { home, env })
  const said = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) stream?.once('data', resolve)
    child.once('close', resolve)
  })
  await scene.meanwhile?.({ interrupt: () => interruptGroup(child), said })
  const { status, out, err } = await ended
  return { status: child.signalCode === 'SIGINT' ? 130 : status, out, err }
}
