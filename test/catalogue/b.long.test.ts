import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Home } from '../support/home.ts'
import { hasPart, requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { credentialsOf } from '../support/servers.ts'
import { errorOf, json, listen, openHome, openWorld } from './world.ts'

const entry = { id: '0123456789abcdef', provider: 'oz', settings: {}, store: 'file' }
const sound = JSON.stringify({
  version: 1,
  profiles: { prod: { ...entry, baseUrl: 'http://127.0.0.1:9' } },
})

/** Puts a file of profiles there; gives its path. */
function place(home: Home, content: string | Buffer = sound): string {
  mkdirSync(home.config, { recursive: true, mode: 0o700 })
  const path = join(home.config, 'config.json')
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

/** Changes what a profile says, behind its back. */
function edit(home: Home, change: (profile: Record<string, unknown>) => void): void {
  const path = join(home.config, 'config.json')
  const config = JSON.parse(readFileSync(path, 'utf8'))
  change(config.profiles.web)
  writeFileSync(path, JSON.stringify(config))
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

/** A login that reaches no server. */
const keep = (name: string) => [
  ...['login', name, '--provider', 'oz', '--base-url', 'http://127.0.0.1:9', '--with-token'],
]

describe('the file of profiles', () => {
  test('B1: is made for its owner alone, whatever the umask', async () => {
    for (const umask of ['000', '077']) {
      const { home } = openHome()
      const line = `umask ${umask}; printf abcdef | tokn ${keep('web').join(' ')}`
      expect(await startCommand(['sh', '-c', line], { home }).ended).toMatchObject({ status: 0 })
      expect(modeOf(join(home.config, 'config.json'))).toBe(0o600)
      expect(modeOf(home.config)).toBe(0o700)
    }
  })

  test('B2: is refused when others may write to it or its folder, and closed when they may read', async () => {
    const { home, tokn } = openHome()
    const path = place(home)
    for (const mode of [0o666, 0o620, 0o602]) {
      chmodSync(path, mode)
      const ended = await tokn(['profile', 'show', 'prod'])
      expect(ended).toMatchObject({ status: 2, err: expect.stringContaining('tokn: hint: chmod ') })
    }
    chmodSync(path, 0o600)
    chmodSync(home.config, 0o777)
    expect((await tokn(['profile', 'show', 'prod'])).status).toBe(2)
    chmodSync(home.config, 0o700)
    chmodSync(path, 0o644)
    const { status, err } = await tokn(['profile', 'show', 'prod'])
    expect({ status, warnings: err.match(/other users may read/g)?.length }).toEqual({
      status: 0,
      warnings: 1,
    })
    await tokn(['profile', 'use', 'prod'])
    expect(modeOf(path)).toBe(0o600)
  })

  test.skipIf(!requirePart('root') || !requirePart('setpriv'))(
    'B3: is refused where it belongs to somebody else, and to root in the home of a user',
    async () => {
      const { home } = openHome()
      const path = place(home)
      // A copy of the program where another user can read it.
      cpSync(join(import.meta.dirname, '../../bin'), join(home.path, 'program/bin'), {
        recursive: true,
      })
      cpSync(join(import.meta.dirname, '../../dist'), join(home.path, 'program/dist'), {
        recursive: true,
      })
      const other = ['setpriv', '--reuid=65534', '--clear-groups', process.execPath]
      const start = join(home.path, 'program/bin/tokn.js')
      execFileSync('chmod', ['-R', 'a+rX', home.path])
      chownSync(home.config, 65_534, 65_534)
      const go = async (line: readonly string[], env = {}) =>
        await startCommand(line, { home, env }).ended
      chownSync(path, 1_000, 1_000)
      const foreign = await go([...other, start, 'profile', 'show', 'prod'])
      expect(foreign).toMatchObject({ status: 2, out: '' })
      expect(foreign.err).toContain('belongs to another user')
      const sudo = await go([process.execPath, start, 'profile', 'use', 'prod'], {
        SUDO_UID: '65534',
      })
      expect(sudo).toMatchObject({ status: 2, out: '' })
      expect(sudo.err).toContain('running as root')
    },
  )

  test('B4: may be a link of a dotfile manager, which stays one; not one to nowhere', async () => {
    const { home, tokn } = openHome()
    const path = place(home)
    const real = join(home.path, 'home', 'dotfile')
    renameSync(path, real)
    symlinkSync(real, path)
    expect((await tokn(['profile', 'use', 'prod'])).status).toBe(0)
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(readFileSync(real, 'utf8')).toContain('"default": "prod"')
    rmSync(real)
    expect((await tokn(['profile', 'list'])).status).toBe(2)
  })

  test('B5: is not waited for when it is a folder, a pipe or a device', async () => {
    const { home, tokn } = openHome()
    const path = place(home)
    const others = [
      () => mkdirSync(path),
      ...(hasPart('mkfifo') ? [() => execFileSync('mkfifo', [path])] : []),
      () => symlinkSync('/dev/zero', path),
      () => symlinkSync('/dev/full', path),
      () => symlinkSync(path, path),
    ]
    for (const put of others) {
      rmSync(path, { recursive: true })
      put()
      const before = performance.now()
      expect((await tokn(['token', 'prod'])).status).toBe(2)
      expect(performance.now() - before).toBeLessThan(5_000)
    }
  })

  test('B6: is refused, never quoted and never mended, when it is not JSON', async () => {
    const { home, tokn } = openHome()
    const contents = [
      '',
      ' \n',
      sound.slice(0, -1),
      sound.slice(0, 40),
      '\ufeff',
      Buffer.from(sound, 'utf16le'),
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff]),
      'SECRETTEXT',
      `{"version":1,\n"password":"SECRETTEXT`,
    ]
    for (const content of contents) {
      const path = place(home, content)
      const ended = await tokn(['token', 'prod'])
      expect(ended.status).toBe(2)
      expect(errorOf(ended)).toMatch(/is not valid JSON \(line \d+, column \d+\)/)
      expect(ended.err).toContain('tokn: hint: tokn doctor')
      expect(ended.err).not.toContain('SECRET')
      expect(Buffer.compare(readFileSync(path), Buffer.from(content))).toBe(0)
    }
    // A byte order mark is what editors add, and no part of the text.
    place(home, `\ufeff${sound}`)
    expect((await tokn(['token', 'prod'])).status).not.toBe(2)
    place(home, Buffer.alloc(100_000_000, ' '))
    expect((await tokn(['token', 'prod'])).status).toBe(2)
  })

  test('B7, B8: is refused when it is other JSON, or of another version', async () => {
    const { home, tokn } = openHome()
    const newer = '{"version":2,"profiles":{}}'
    for (const content of [
      '[]',
      'null',
      '"x"',
      '42',
      '{}',
      '{"version":"1"}',
      '{"version":-1}',
      newer,
    ]) {
      const path = place(home, content)
      const ended = await tokn(['profile', 'use', 'prod'])
      expect(ended.status).toBe(2)
      if (content === newer) expect(ended.err).toContain('written by a newer tokn (config v2,')
      expect(readFileSync(path, 'utf8')).toBe(content)
    }
  })

  test('B9: pollutes nothing and takes no time, whatever its keys and depth', async () => {
    const { home, tokn } = openHome()
    const many = Array.from({ length: 12_000 }, (_, index) => [`p${index}`, entry])
    const contents = [
      `{"version":1,"profiles":{"__proto__":{"polluted":1}}}`,
      `{"version":1,"profiles":{"prod":1,"prod":{}}}`,
      `{"version":1,"x":${'['.repeat(10_000)}${']'.repeat(10_000)},"profiles":{"prod":[]}}`,
      JSON.stringify({ version: 1, profiles: Object.fromEntries(many) }),
    ]
    for (const content of contents) {
      place(home, content)
      const before = performance.now()
      expect([2, 3]).toContain((await tokn(['token', 'prod'])).status)
      expect(performance.now() - before).toBeLessThan(5_000)
    }
  })

  test('B10: keeps what this version does not know', async () => {
    const { home, tokn } = openHome()
    const path = place(home, sound.replace('"version":1', '"version":1,"later":{"a":[1]}'))
    await tokn(['profile', 'use', 'prod'])
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      default: 'prod',
      later: { a: [1] },
    })
  })

  test('B11: sends nothing to another base URL than that of the login', async () => {
    const { home, tokn, login, stored } = await openWorld('rightech')
    await login()
    const before = stored()
    const trap = await listen(json({}))
    edit(home, (profile) => (profile['baseUrl'] = trap.url))
    for (const args of [
      ...[['token'], ['refresh'], ['info'], ['list'], ['issue', '--name', 'x'], ['revoke', 'x']],
      ['header'],
      ['token', '--refresh', 'force'],
    ]) {
      const ended = await tokn([...args, '-P', 'web'])
      expect(ended, args.join(' ')).toMatchObject({ status: 4 })
      expect(errorOf(ended)).toContain(
        `now has "${trap.url}" as base URL, but its session belongs to`,
      )
      expect(ended.err).toContain('tokn login web')
    }
    expect(trap.received).toEqual([])
    expect(stored()).toEqual(before)
  })

  test('B12: sends nothing where anything else of the binding was changed', async () => {
    const { home, tokn, login, api } = await openWorld('oz')
    await login()
    const trap = await listen(json({}))
    const changes: ReadonlyArray<(profile: Record<string, unknown>) => void> = [
      (profile) => (profile['provider'] = 'hosterby'),
      (profile) => (profile['proxy'] = trap.url),
      (profile) => (profile['ca'] = '/etc/hostname'),
      (profile) => (profile['apiUrls'] = [trap.url]),
      (profile) => (profile['overrides'] = { 'refresh.request.path': '/steal' }),
      (profile) => (profile['overrides'] = { 'attach.headers.X-Other': '{access}' }),
      (profile) => (profile['settings'] = { email: 'somebody@else.example' }),
    ]
    const path = join(home.config, 'config.json')
    const before = readFileSync(path)
    const seen = api.log.length
    for (const change of changes) {
      edit(home, change)
      const ended = await tokn(['refresh', 'web'])
      expect(ended, String(change)).toMatchObject({ status: 4 })
      writeFileSync(path, before)
    }
    expect(trap.received).toEqual([])
    expect(api.log.length).toBe(seen)
    expect((await tokn(['token', 'web'])).status).toBe(0)
  })

  test('B13: is refused with a secret in it, which is not repeated', async () => {
    const { home, tokn } = openHome()
    for (const field of ['token', 'password', 'client_secret', 'refreshToken']) {
      place(
        home,
        JSON.stringify({ version: 1, profiles: { prod: { ...entry, [field]: 'SECRETTEXT' } } }),
      )
      const ended = await tokn(['token', 'prod'])
      expect(ended.status).toBe(2)
      expect(ended.err).toContain(field)
      expect(ended.err).toContain('tokn login prod')
      expect(ended.err).not.toContain('SECRET')
    }
  })

  test('B14: loses nothing when 20 programs write at once', async () => {
    const { home, tokn } = openHome()
    const logins = Array.from({ length: 20 }, (_, index) =>
      tokn(keep(`p${index}`), { input: `token-${index}\n` }),
    )
    for (const ended of await Promise.all(logins))
      expect(ended, ended.err).toMatchObject({ status: 0 })
    const { profiles } = JSON.parse(readFileSync(join(home.config, 'config.json'), 'utf8'))
    expect(Object.keys(profiles)).toHaveLength(20)
  })

  test('B16: odd environments move it nowhere that they should not', async () => {
    const { home, tokn } = openHome()
    const input = 'abcdef'
    const own = (path: string) => readFileSync(join(path, 'tokn/config.json'), 'utf8')
    const fallback = join(home.path, 'home/.config')
    for (const XDG_CONFIG_HOME of ['relative/path', '']) {
      rmSync(fallback, { recursive: true, force: true })
      expect((await tokn(keep('web'), { input, env: { XDG_CONFIG_HOME } })).status).toBe(0)
      expect(own(fallback)).toContain('"web"')
    }
    const deep = join(home.path, 'not/there/yet')
    const env = { XDG_CONFIG_HOME: deep, SNAP: '1', SNAP_USER_COMMON: home.work }
    expect((await tokn(keep('web'), { input, env })).status).toBe(0)
    expect(own(deep)).toContain('"web"')
    const readOnly = '/proc/nowhere'
    const ended = await tokn(keep('web'), { input, env: { XDG_CONFIG_HOME: readOnly } })
    expect([2, 8]).toContain(ended.status)
    expect(ended.err).toContain(readOnly)
    const homeless = { HOME: '/nonexistent', XDG_CONFIG_HOME: deep, XDG_STATE_HOME: undefined }
    expect((await tokn(['token', 'web'], { env: homeless })).status).toBe(0)
    expect((await tokn(['token', 'web'], { env: { ...homeless, HOME: undefined } })).status).toBe(0)
  })

  test('B17: nothing in the working directory decides anything', async () => {
    const { home, tokn, login, api } = await openWorld('oz')
    await login()
    const trap = await listen(json({}))
    const hostile = JSON.stringify({
      version: 1,
      default: 'evil',
      baseUrl: trap.url,
      proxy: trap.url,
      profiles: { web: { ...entry, baseUrl: trap.url }, evil: { ...entry, baseUrl: trap.url } },
    })
    const names = ['.toknrc', '.toknrc.json', 'tokn.json', 'config.json', 'tokn.config.json']
    for (const name of names) writeFileSync(join(home.work, name), hostile)
    const lines = `TOKN_BASE_URL=${trap.url}\nTOKN_PROFILE=evil\nHTTPS_PROXY=${trap.url}\n`
    writeFileSync(join(home.work, '.env'), lines)
    writeFileSync(join(home.work, '.npmrc'), `proxy=${trap.url}\n`)
    writeFileSync(join(home.work, '.node-options'), '--require ./evil.cjs\n')
    mkdirSync(join(home.work, 'node_modules/keytar'), { recursive: true })
    const evil = `require('fs').writeFileSync('loaded', '')`
    writeFileSync(join(home.work, 'node_modules/keytar/index.js'), evil)
    expect((await tokn(['refresh'])).status).toBe(0)
    expect((await tokn(['profile', 'list'])).out).not.toContain('evil')
    await tokn(['token', 'web', '--store', 'keychain'])
    expect(trap.received).toEqual([])
    expect(api.log.at(-1)?.path).toBe('/api/authorize/refresh/')
    expect(() => statSync(join(home.work, 'loaded'))).toThrow('ENOENT')
  })

  test('B18: a poisoned environment sends and shows nothing', async () => {
    const { home, tokn, login, api } = await openWorld('mcs')
    await login()
    const seen = api.log.length
    for (const env of [
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      { NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2' },
      { NODE_OPTIONS: '--no-warnings --tls-keylog=keys' },
    ]) {
      const given = { ...env, ...credentialsOf(api) }
      const ended = await run(['login', 'web'], { home, env: given })
      expect(ended, JSON.stringify(env)).toMatchObject({ status: 2, out: '' })
      expect(ended.err).toContain(Object.keys(env)[0])
    }
    expect(api.log.length).toBe(seen)
    for (const sections of ['undici', 'fetch,fs', '*']) {
      const talking = await tokn(['refresh', 'web'], { env: { NODE_DEBUG: sections } })
      expect(talking, talking.err).toMatchObject({ status: 0 })
    }
    const env = {
      SSLKEYLOGFILE: join(home.work, 'keys'),
      NODE_EXTRA_CA_CERTS: '/nonexistent.pem',
      NODE_V8_COVERAGE: join(home.path, 'coverage'),
    }
    expect(
      (await tokn(['refresh', 'web'], { env: { ...env, ...credentialsOf(api) } })).status,
    ).toBe(0)
    const doctor = await tokn(['doctor', '--json', '--offline'], {
      env: { NODE_EXTRA_CA_CERTS: '/x' },
    })
    expect(doctor.out).toContain('NODE_EXTRA_CA_CERTS')
  })
})
