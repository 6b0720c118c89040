import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { copyProfiles } from './many-profiles.mjs'
import { login, makeUser, tokn } from './worlds.mjs'

/**
 * The rows of `tokn`: `name`, the command, and `target`, the ratio that it is meant to stay below
 * (of Node 20, and of Node 22 and later with its compile cache). Gives also what ends them.
 */
export function openRows({ program, folder, sandbox, slowSandbox, keyring }) {
  const command = (args) => [process.execPath, program, ...args]
  const user = makeUser(folder, 'file')
  login(program, user, sandbox)
  const row = (name, target, args, env = user) => ({ name, target, line: command(args), env })
  const call = ['curl', 'web', '--', '--silent', sandbox.resource]
  const rows = [
    row('token, file store', [1.45, 1.35], ['token', 'web']),
    row('header, file store', [1.45, 1.35], ['header', 'web']),
    row('token --json', [1.7, 1.6], ['token', 'web', '--json']),
    row('list --local', [1.7, 1.6], ['list', 'web', '--local']),
    row('exec -- true', [1.85, 1.75], ['exec', 'web', '--', 'true']),
    row('curl, one request', [2.5, 2.3], call),
    row('--help', [1.7, 1.6], ['--help']),
    row('refresh, file store', [5.3, 5], ['refresh', 'web', '--quiet']),
    ...loginRows(),
    ...keychainRows(),
    ...manyRows(),
  ]
  const agent = openAgent()
  rows.push(row('token through the agent', [1.25, 1.25], ['token', 'web'], agent.env), {
    name: 'curl --unix-socket (agent)',
    target: [0.36, 0.36],
    line: ['curl', '--silent', '--fail', '--unix-socket', agent.socket, 'http://tokn/token/web'],
    env: agent.env,
  })
  return { rows, close: agent.close }

  function loginRows() {
    const other = { ...makeUser(folder, 'login'), ...sandbox.credentials }
    const place = ['--provider', 'hosterby', '--base-url', sandbox.url]
    const { TOKN_STORE: _, ...job } = makeUser(folder, 'job')
    const variables = { TOKN_PROVIDER: 'hosterby', TOKN_BASE_URL: sandbox.url }
    return [
      row('login', [4, 3.8], ['login', 'web', ...place, '--quiet'], other),
      row('token of a CI job (login from variables)', [3, 2.8], ['token'], {
        ...job,
        ...variables,
        ...sandbox.credentials,
      }),
    ]
  }

  function keychainRows() {
    if (keyring === undefined) return []
    const other = { ...makeUser(folder, 'keychain'), ...keyring, TOKN_STORE: 'keychain' }
    login(program, other, sandbox)
    return [
      row('token, keychain', [1.85, 1.75], ['token', 'web'], other),
      row('header, keychain', [1.85, 1.75], ['header', 'web'], other),
      row('refresh, keychain', [6.5, 6], ['refresh', 'web', '--quiet'], other),
    ]
  }

  function manyRows() {
    return [100, 10_000].flatMap((count) => {
      const other = {
        ...user,
        ...makeUser(folder, `many-${count}`),
        TOKN_STORE_KEY: user.TOKN_STORE_KEY,
      }
      login(program, other, sandbox)
      copyProfiles(other, count)
      tokn(program, other, ['token', 'web'])
      const target = count === 100 ? [1.8, 1.8] : [5, 5]
      return [
        row(`list --local, ${count} profiles`, target, ['list', '--local'], other),
        row(`status, ${count} profiles`, target, ['status'], other),
        ...(count === 100
          ? []
          : [row(`token among ${count}`, [1.6, 1.6], ['token', 'web'], other)]),
      ]
    })
  }

  /** Whoever asks an agent has no key of the store, and the agent has. */
  function openAgent() {
    const {
      TOKN_CONFIG_DIR: _,
      TOKN_STORE: store,
      TOKN_STORE_KEY: key,
      ...own
    } = makeUser(folder, 'asking')
    const env = { ...own, XDG_RUNTIME_DIR: join(own.HOME, 'run') }
    const keyed = { ...env, TOKN_STORE: store, TOKN_STORE_KEY: key }
    login(program, keyed, sandbox)
    tokn(program, keyed, ['agent', 'start', '--quiet'])
    tokn(program, env, ['token', 'web'])
    const stop = [program, 'agent', 'stop', '--quiet']
    const close = () => void execFileSync(process.execPath, stop, { env })
    return { env, close, socket: join(env.XDG_RUNTIME_DIR, 'tokn', 'agent.sock') }
  }
}
