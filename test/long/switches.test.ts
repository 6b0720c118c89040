import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findTexts } from '../support/files.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, start, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { program } from '../support/home.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'

// Words of no language, so that a piece of one is no accident.
const canary = (name: string) => `${name}-${randomBytes(15).toString('hex')}"+/`
const given = {
  hosterby: { access_key: canary('access'), secret_key: canary('secret') },
  mcs: { client_secret: canary('client') },
  rightech: { password: canary('password') },
}
const names = ['hosterby', 'mcs', 'rightech'] as const

let home: Home
let servers: Servers
beforeAll(async () => {
  home = makeHome()
  servers = await startServers(names, { credentials: given })
  for (const name of names) {
    const api = servers.api(name)
    const env = credentialsOf(api)
    const ended = await run(['login', name, ...addressOf(api), '--remember'], { home, env })
    expect(ended, ended.err).toMatchObject({ status: 0 })
  }
})
afterAll(async () => {
  await servers.close()
  home.remove()
})

/** Everything secret until now, and pieces of it, in the ways in which programs write bytes. */
function secrets(): readonly string[] {
  const tokens = names.flatMap((name) =>
    servers.api(name).state.tokens.flatMap(({ access, refresh }) => [access, refresh ?? access]),
  )
  const own = Object.values(given).flatMap((fields) => Object.values(fields))
  const all = [...new Set([...own, ...tokens, String(home.environment['TOKN_STORE_KEY'])])]
  return all.flatMap((secret) => {
    // The first letters of a token of JSON say only that it is one.
    const piece = secret.slice(
      secret.startsWith('eyJ') ? -24 : 4,
      secret.startsWith('eyJ') ? undefined : 28,
    )
    const bytes = Buffer.from(piece)
    const hex = bytes.toString('hex')
    return [
      piece,
      encodeURIComponent(piece),
      JSON.stringify(piece).slice(1, -1),
      bytes.toString('base64').replace(/=*$/, ''),
      hex,
      hex.replace(/..(?=.)/g, '$& '),
    ]
  })
}

function seenIn(text: string): readonly string[] {
  return secrets().filter((secret) => text.includes(secret))
}

/** A command with what it prints when all is well: `data` where that is the answer itself. */
const commands = (name: 'hosterby' | 'mcs'): ReadonlyArray<readonly string[]> => [
  ['login', name, ...addressOf(servers.api(name)), '--remember'],
  ['token', name],
  ['refresh', name, '--force'],
  ['exec', name, '--', 'true'],
  ['curl', name, '--', '-sS', '-o', 'answer', servers.api(name).resource.url],
  ['info', name],
]

/** Runs everything with `env`; nothing secret may be anywhere but in the answer of `token`. */
async function sweep(name: 'hosterby' | 'mcs', env: Environment): Promise<string> {
  let said = ''
  for (const args of commands(name)) {
    const credentials = args[0] === 'login' ? credentialsOf(servers.api(name)) : {}
    const { status, out, err } = await run(args, { home, env: { ...credentials, ...env } })
    const shown = `${JSON.stringify(env)} tokn ${args.join(' ')}: ${err}`
    expect(status, shown).toBe(0)
    expect(seenIn(err), shown).toEqual([])
    if (args[0] === 'token') expect(out, shown).toMatch(/^[\w.-]+\n$/)
    else expect(seenIn(out), shown).toEqual([])
    said += err
  }
  rmSync(join(home.work, 'answer'))
  expect(findTexts(home.path, secrets()), JSON.stringify(env)).toEqual([])
  return said
}

// Of the two APIs one has its secrets in headers and the other in addresses; a section alone meets
// the one that it says more of, and all of them together meet both.
describe('no section of Node’s debug log shows a secret', () => {
  test.for([
    ['child_process', /^CHILD_PROCESS \d+: spawn \[content not shown\]$/m, ['hosterby']],
    ['stream,net,tls,dns', /^STREAM \d+: push \[content not shown\]$/m, ['mcs']],
    ['http,https,http2', /^/, ['mcs']],
    ['undici', /^/, ['mcs']],
    ['fetch,websocket', /^/, ['hosterby']],
    ['module,esm,policy,source_map', /^MODULE \d+: looking/m, ['hosterby']],
    ['timer,worker,cluster,repl,fs', /^TIMER \d+: no \[content not shown\]$/m, ['hosterby']],
    ['*', /^CHILD_PROCESS \d+: spawn \[content not shown\]$/m, ['hosterby', 'mcs']],
  ] as const)('NODE_DEBUG=%s', async ([sections, told, apis]) => {
    for (const name of apis) {
      expect(await sweep(name, { NODE_DEBUG: sections })).toMatch(told)
    }
  })

  test.skipIf(!hasTerminal())('not even while a person types one', async () => {
    const api = servers.api('rightech')
    const { TOKN_USERNAME: username = '', TOKN_PASSWORD: password = '' } = credentialsOf(api)
    const args = ['login', 'typed', ...addressOf(api)]
    const terminal = openTerminal(args, home, { NODE_DEBUG: '*' })
    await terminal.until(/How to log in/)
    terminal.type('\r')
    await terminal.until(/User name/)
    terminal.type(`${username}\r`)
    await terminal.until(/Password/)
    terminal.type(`${password}\r`)
    await terminal.until(/Keep the credentials too/)
    terminal.type('\r')
    expect((await terminal.ended).status).toBe(0)
    expect(terminal.shown()).toMatch(/STREAM \d+: push \[content not shown\]/)
    expect(terminal.shown()).not.toMatch(/<Buffer/)
    expect(seenIn(terminal.raw())).toEqual([])
  })
})

describe('what Node would write down or let others see', () => {
  test.for([
    '--inspect=0',
    '--report-on-signal',
    '--report_on_fatalerror',
    '--report-uncaught-exception --report-dir=.',
    '"--heapsnapshot-signal=SIGUSR2"',
    '--no-warnings  --heapsnapshot-near-heap-limit=1',
    '--tls-keylog=keys',
  ])('NODE_OPTIONS=%s is refused', async (options) => {
    const ended = await run(['token', 'hosterby'], { home, env: { NODE_OPTIONS: options } })
    expect(ended, ended.err).toMatchObject({ status: 2, out: '' })
    expect(ended.err).toMatch(
      /^tokn: error: NODE_OPTIONS has --[a-z-]+, which would reveal secrets$/m,
    )
    expect(ended.err).toMatch(/^tokn: hint: run it without: NODE_OPTIONS= tokn \.\.\.$/m)
    const json = await run(['token', '--json'], { home, env: { NODE_OPTIONS: options } })
    expect(json.err.slice(json.err.indexOf('{'))).toContain('"code": "usage"')
  })

  test.for([
    { NODE_OPTIONS: '--heap-prof --trace-warnings --report-dir=. --inspect-port=0' },
    { NODE_OPTIONS: '--trace-event-categories=node,node.fs.sync,node.net.native,v8' },
    {
      NODE_OPTIONS: '--trace-uncaught --trace-exit --trace-sync-io --trace-tls --diagnostic-dir=.',
    },
    { NODE_V8_COVERAGE: 'coverage' },
    { NODE_DEBUG_NATIVE: 'tcpwrap,pipewrap,processwrap,fsreqcallback,inspector_server,crypto' },
    {
      NODE_PENDING_DEPRECATION: '1',
      NODE_REDIRECT_WARNINGS: 'warnings',
      NODE_COMPILE_CACHE: 'cache',
    },
    { SSLKEYLOGFILE: 'keys', DEBUG: '*', TOKN_DEBUG: 'http' },
    { G_MESSAGES_DEBUG: 'all', G_DBUS_DEBUG: 'all', MALLOC_CHECK_: '3', LD_DEBUG: 'statistics' },
  ])('%j shows nothing', async (variables) => {
    await sweep('mcs', variables)
    expect(readdirSync(home.work)).not.toContain('keys')
    for (const name of readdirSync(home.work)) rmSync(join(home.work, name), { recursive: true })
  })
})

describe.skipIf(!requirePart('linux'))('what a child gets to see', () => {
  const foreign = { AWS_SECRET_ACCESS_KEY: canary('foreign'), DATABASE_URL: canary('database') }

  test('the process that refreshes: nothing secret, and nothing of others', async () => {
    const api = servers.api('hosterby')
    api.control.replaceFaults([{ do: 'delay', ms: 1_500, times: 1 }])
    const secretly = { ...credentialsOf(api), https_proxy: 'http://user:pw-of-proxy@127.0.0.1:9' }
    const switches = {
      NODE_OPTIONS: '--no-warnings',
      NODE_DEBUG: 'net',
      NODE_V8_COVERAGE: 'coverage',
    }
    const env = {
      ...secretly,
      ...foreign,
      ...switches,
      LANG: 'C.UTF-8',
      TOKN_PASSPHRASE: 'a-phrase',
    }
    const running = start(['refresh', 'hosterby', '--force'], { home, env })
    let environ: string | undefined
    for (let look = 0; look < 200 && environ === undefined; look++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      environ = environmentOfRefresher()
    }
    expect(await running.ended).toMatchObject({ status: 0 })
    api.control.replaceFaults([])
    const variables = (environ ?? '').split('\0').map((line) => line.split('=')[0] ?? '')
    expect(variables).toEqual(expect.arrayContaining(['PATH', 'HOME', 'XDG_DATA_HOME', 'LANG']))
    expect(seenIn(environ ?? '')).toEqual([])
    for (const value of ['pw-of-proxy', 'a-phrase', ...Object.values(foreign)]) {
      expect(environ).not.toContain(value)
    }
    // Node itself passes this one on; what it writes there holds no text of ours.
    const talkative = variables.filter((name) => name !== 'NODE_V8_COVERAGE')
    expect(talkative.filter((name) => /^(TOKN|AWS|NODE|DATABASE)_/.test(name))).toEqual([])
    rmSync(join(home.work, 'coverage'), { recursive: true, force: true })
  })

  test.skipIf(!requirePart('strace'))('every program that is started, whatever it is', async () => {
    const trace = join(home.path, 'trace')
    const under = ['strace', '-f', '-qq', '-v', '-s', '65536', '-e', 'trace=execve', '-o', trace]
    mkdirSync(join(home.path, 'bin'), { recursive: true })
    const env = { ...foreign, ...credentialsOf(servers.api('hosterby')) }
    for (const args of [
      ['refresh', 'hosterby', '--force'],
      ['curl', 'hosterby', '--', '-sS', '-o', 'answer', servers.api('hosterby').resource.url],
      ['exec', 'hosterby', '-e', 'GIVEN', '--', 'true'],
    ]) {
      await startCommand([...under, process.execPath, program, ...args], { home, env }).ended
      const [, ...started] = readFileSync(trace, 'utf8')
        .split('\n')
        .filter((line) => line.includes('= 0'))
      expect(started.length).toBeGreaterThan(0)
      for (const line of started) {
        const own = line.includes('__refresher') || line.includes('mkfifo')
        if (own) expect(line).not.toContain(foreign.DATABASE_URL)
        expect(line).not.toMatch(/TOKN_(STORE_KEY|ACCESS_KEY|SECRET_KEY)/)
        const seen = seenIn(line.replace(/"GIVEN=[^"]*"/, ''))
        expect(seen, line.slice(0, 300)).toEqual([])
      }
    }
    rmSync(trace)
  })

  function environmentOfRefresher(): string | undefined {
    for (const name of readdirSync('/proc').filter((one) => /^[0-9]+$/.test(one))) {
      try {
        const environ = readFileSync(`/proc/${name}/environ`, 'utf8')
        const line = readFileSync(`/proc/${name}/cmdline`, 'utf8')
        if (line.includes('__refresher') && environ.includes(home.path)) return environ
      } catch {
        // It has gone meanwhile.
      }
    }
    return undefined
  }
})
