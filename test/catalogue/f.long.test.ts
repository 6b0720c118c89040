import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { root } from '../support/home.ts'
import { requirePart, requireParts } from '../support/parts.ts'
import { run, start, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf } from '../support/servers.ts'
import { startWitness } from '../support/witness.ts'
import { listen, openHome, openWorld, pasteToken, raw, type World } from './world.ts'

const tokensOf = ({ api }: World) =>
  api.state.tokens.flatMap(({ access, refresh }) => [access, refresh ?? access])

/** A JWT with these claims and no end soon. */
function jwtOf(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ exp: 4_102_444_800, ...claims })}.c2lnbmF0dXJl`
}

describe('what is said and left behind', () => {
  test('F2: a failure in the middle of anything is one line without what it was about', async () => {
    const world = await openWorld('oz')
    await world.login()
    const preload = join(world.home.work, 'crash.cjs')
    const canary = world.api.state.tokens[0]?.access ?? ''
    const error = `Object.assign(new Error('boom ${canary}'), { cause: '${canary}', response: { body: '${canary}' } })`
    const crashes = [
      `setImmediate(() => { throw ${error} })`,
      `setTimeout(() => { Promise.reject(${error}) }, 20)`,
      `const fs = require('fs'); fs.openSync = () => { throw ${error} }`,
      `const fs = require('fs'); fs.fstatSync = () => { throw ${error} }`,
      `require('crypto').randomBytes = () => { throw ${error} }`,
    ]
    for (const crash of crashes) {
      writeFileSync(preload, crash)
      for (const args of [
        ['token', 'web'],
        ['profile', 'list'],
        ['info', 'web', '--json'],
      ]) {
        const node = ['--require', preload]
        const { status, out, err } = await run(args, { home: world.home, node })
        expect(err, `${crash} ${args[0]}`).not.toContain(canary)
        expect(err).not.toMatch(/^\s+at |boom/m)
        if (status !== 0) expect(err).toMatch(/^(tokn: error: |\{)/)
        if (status !== 0) expect(out).toBe('')
      }
    }
    writeFileSync(preload, '')
  })

  test.skipIf(!requirePart('linux'))('F3: a signal opens no debugger', async () => {
    const world = await openWorld('hosterby')
    await world.login()
    world.strike({ do: 'delay', ms: 900 })
    const seen = world.api.log.length
    const running = [
      ['refresh', 'web'],
      ['info', 'web'],
    ].map((args) => start(args, world))
    while (world.api.log.length < seen + 2) await sleep(10)
    for (const { child } of running) child.kill('SIGUSR1')
    for (const { ended } of running) {
      const { status, err } = await ended
      expect(err).not.toMatch(/debugger/i)
      expect(status, err).toBe(0)
    }
  })

  test('F4: nothing but the commands that hand it out shows any part of a token', async () => {
    const world = await openWorld('oz')
    await world.login()
    const commands = [
      ...[['info'], ['info', '--local'], ['list', '--local'], ['why'], ['refresh']],
      ...[
        ['profile', 'show'],
        ['profile', 'list'],
        ['doctor', '--offline'],
      ],
    ]
    for (const [index, args] of commands.entries()) {
      const { out, err } = await world.tokn(index % 2 === 0 ? args : [...args, '--json'])
      for (const secret of tokensOf(world)) {
        expect(out + err, args.join(' ')).not.toContain(secret.slice(0, 6))
        expect(out + err, args.join(' ')).not.toContain(secret.slice(-6))
      }
    }
    const { out } = await world.tokn(['info', '--local', '--json'])
    expect(JSON.parse(out).fingerprint).toMatch(/^(fp:)?[0-9a-f]{8}$/)
  })

  test('F5: a token to a pipe is the token and a line end, or none', async () => {
    const world = await openWorld('oz')
    await world.login()
    const token = world.api.state.tokens[0]?.access
    expect(await world.tokn(['token'])).toMatchObject({ out: `${token}\n`, err: '' })
    expect(await world.tokn(['token', '-n'])).toMatchObject({ out: token, err: '' })
  })

  test.skipIf(!requirePart('script'))('F5: on a terminal there is a word of warning', async () => {
    const world = await openWorld('oz')
    await world.login()
    const line = ['script', '-qec', 'tokn token', '/dev/null']
    const { out } = await startCommand(line, world).ended
    expect(out).toContain(`${world.api.state.tokens[0]?.access}\r\n`)
    expect(out.match(/tokn: hint:/g)).toHaveLength(1)
  })

  test.skipIf(!requireParts('curl', 'bash', 'linux'))(
    'F6, F12: no argument of any program and no file has the token in it',
    async () => {
      const world = await openWorld('hosterby')
      const secrets = () => [...tokensOf(world), ...Object.values(world.api.credentials)]
      const witness = startWitness(secrets, [world.home.path], 2)
      await world.login()
      const url = world.api.resource.url
      const curl = await startCommand(['tokn', 'curl', 'web', '--', '-sS', url], world).ended
      expect(curl, curl.err).toMatchObject({ status: 0 })
      const piped = ['bash', '-c', `curl -sS -K <(tokn header web -o curl) ${url}`]
      expect((await startCommand(piped, world).ended).out).toContain('200')
      await world.tokn(['refresh', 'web'])
      witness.stop()
      expect(witness.looks()).toBeGreaterThan(20)
      expect([...witness.sightings]).toEqual([])
    },
  )

  test.skipIf(!requireParts('curl', 'bash'))('F7: odd signs arrive as they are', async () => {
    const { home, tokn } = openHome()
    const token = `a"b\\c'd$e\`f!g{h}i#j%k&l;m|n<o>p*q?r~s`
    expect((await tokn(pasteToken, { input: token })).status).toBe(0)
    const server = await listen(raw('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'))
    const lines = [
      `curl -sS -K <(tokn header web -o curl) ${server.url}`,
      `curl -sS -H "$(tokn header web)" ${server.url}`,
      `tokn exec web -e T -- sh -c 'curl -sS -H "X-Forensic-Access-Token: $T" ${server.url}'`,
    ]
    for (const line of lines) {
      const ended = await startCommand(['bash', '-c', line], { home }).ended
      expect(ended, ended.err).toMatchObject({ status: 0, out: 'ok' })
    }
    for (const request of server.received) {
      expect(request).toContain(`X-Forensic-Access-Token: ${token}\r\n`)
    }
    expect(server.received).toHaveLength(lines.length)
  })

  test('F8: no example has a secret on a command line', () => {
    const commands = join(root, 'src/commands')
    const named = (directory: string, end: string) =>
      readdirSync(directory, { recursive: directory !== root, encoding: 'utf8' })
        .filter((name) => name.endsWith(end))
        .map((name) => readFileSync(join(directory, name), 'utf8'))
    const documents = [...named(root, '.md'), ...named(join(root, 'docs'), '.md')]
    const texts = [...documents, ...named(commands, '.ts')]
    // Docker names a secret that it mounts: `--secret id=NAME`.
    const given =
      /--(?!secret id=)(password|token|secret|client-secret|passphrase)[= ]+[^-\s`|]|\b(TOKN_\w*(PASSWORD|SECRET|TOKEN|KEY|PASSPHRASE))=(?!["']?\$|\.\.\.|…|<)[^\s"'$]+/
    const slips = texts.flatMap((text) => text.split('\n').filter((line) => given.test(line)))
    expect(slips).toEqual([])
  })

  test('F9: an error as JSON names no home directory', async () => {
    const { home, tokn } = openHome()
    const own = home.environment['HOME'] ?? ''
    const config = join(own, 'conf')
    for (const args of [
      ['token', 'web', '--json', '--store', 'file'],
      ['login', 'x', '--json', '--provider', 'oz', '--base-url', 'http://127.0.0.1:9'],
    ]) {
      await tokn([...pasteToken, '--config-dir', config], { input: 'abcdef' })
      writeFileSync(join(config, 'config.json'), '{broken')
      const { err } = await tokn(args, { env: { TOKN_CONFIG_DIR: config } })
      expect(err).toContain('~/conf')
      expect(err).not.toContain(own)
    }
  })

  test.skipIf(!requirePart('script'))(
    'F10: what a provider says drives no terminal, whatever that is',
    async () => {
      const world = await openWorld('rightech')
      await world.login()
      const evil =
        '\u001b]0;owned\u0007\u001b]52;c;eA==\u0007\u001b]8;;http://evil\u001b\\x\u009b2J'
      const token = { _id: '66a66b2207dfcec6494cd618', name: evil, expiresAt: 4e12 }
      world.strike({ do: 'body', method: 'GET', body: [token] })
      for (const variables of ['', 'NO_COLOR=1', 'TERM=dumb', 'LC_ALL=C', 'LC_ALL=ru_RU.KOI8-R']) {
        const line = ['script', '-qec', `env ${variables} tokn list web`, '/dev/null']
        const { status, out } = await startCommand(line, world).ended
        expect(status, out).toBe(0)
        expect(out).toContain('owned')
        expect(out).not.toMatch(/\u001b\]|\u0007|\u009b|\u001b\[2J/)
        if (/NO_COLOR|dumb/.test(variables)) expect(out).not.toContain('\u001b')
      }
    },
  )

  test('F11: nothing but the answer is on standard output, however long it takes', async () => {
    const world = await openWorld('hosterby')
    await world.login()
    world.strike({ do: 'delay', ms: 200 })
    const env = { FORCE_COLOR: '1' }
    const { status, out } = await world.tokn(['token', '--refresh', 'force', '--debug'], {
      env,
    })
    expect(status).toBe(0)
    expect(out).toBe(`${world.api.state.tokens.at(-1)?.access}\n`)
    for (const args of [
      ['refresh', '--debug'],
      ['login', 'web'],
    ]) {
      const more = { env: { ...env, ...credentialsOf(world.api) } }
      expect(await world.tokn(args, more)).toMatchObject({ status: 0, out: '' })
    }
  })

  test('F13: the claims of a token are shown, and neither it nor its signature', async () => {
    const { tokn } = openHome()
    const deep = {
      'x\u001b[2J': { secret: ['\u001b]0;x\u0007', '\u202e'] },
      sub: 'somebody\r\nforged: 1',
    }
    const token = jwtOf(deep)
    expect((await tokn(pasteToken, { input: token })).status).toBe(0)
    for (const flags of [[], ['--json']]) {
      const { status, out } = await tokn(['info', 'web', '--local', '--claims', ...flags])
      expect(status).toBe(0)
      expect(out).toContain('somebody')
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|^forged/m)
      for (const part of [token, ...token.split('.').slice(1)]) expect(out).not.toContain(part)
    }
  })

  test.skipIf(!requirePart('strace'))('F16: nobody is called but the provider', async () => {
    const world = await openWorld('hosterby')
    const trace = join(world.home.path, 'trace')
    const go = async (args: readonly string[], env = {}) => {
      const line = ['strace', '-f', '-qq', '-A', '-o', trace, '-e', 'trace=connect,sendto', 'tokn']
      const ended = await startCommand([...line, ...args], { home: world.home, env }).ended
      expect(ended, ended.err).toMatchObject({ status: 0 })
    }
    await go(['login', 'web', ...addressOf(world.api)], credentialsOf(world.api))
    for (const args of [
      ['refresh'],
      ['token'],
      ['info'],
      ['doctor'],
      ['--version'],
      ['list', '--local'],
    ]) {
      await go(args)
    }
    const ports = [...readFileSync(trace, 'utf8').matchAll(/connect\(.*sin6?_port=htons\((\d+)\)/g)]
    const own = new URL(world.api.baseUrl).port
    expect(ports.length).toBeGreaterThan(0)
    expect(ports.filter(([, port]) => port !== own).map(([line]) => line)).toEqual([])
  })
})
