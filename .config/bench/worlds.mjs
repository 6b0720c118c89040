import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { start } from './started.mjs'

/** Starts the fake API whose tokens are measured. */
export async function openSandbox(program, env, options = []) {
  const line = [process.execPath, program, 'sandbox', 'hosterby', '--json', ...options]
  const { value, close } = await start(line, { env, ready: readApi })
  const { base_url: url, credentials, resource } = value
  const variables = Object.fromEntries(
    Object.entries(credentials).map(([name, text]) => [`TOKN_${name.toUpperCase()}`, text]),
  )
  return { url, resource: resource.url, credentials: variables, close }
}

function readApi(text) {
  try {
    return JSON.parse(text).apis[0]
  } catch {
    // Not all of it yet.
    return undefined
  }
}

/** A user of `tokn` with folders of their own, and the file store. */
export function makeUser(folder, name, more = {}) {
  const home = join(folder, name)
  const run = join(home, 'run')
  mkdirSync(run, { recursive: true, mode: 0o700 })
  return {
    PATH: process.env.PATH,
    HOME: home,
    TOKN_CONFIG_DIR: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CACHE_HOME: join(home, 'cache'),
    TOKN_STORE: 'file',
    TOKN_STORE_KEY: randomBytes(32).toString('base64url'),
    ...more,
  }
}

export function tokn(program, env, args, input = '') {
  const stdio = ['pipe', 'pipe', 'pipe']
  return execFileSync(process.execPath, [program, ...args], { env, input, stdio, encoding: 'utf8' })
}

export function login(program, env, sandbox, name = 'web') {
  const all = { ...env, ...sandbox.credentials }
  tokn(program, all, [
    'login',
    name,
    '--provider',
    'hosterby',
    '--base-url',
    sandbox.url,
    '--quiet',
  ])
}
