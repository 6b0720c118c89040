import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers
let origin: string

beforeAll(async () => {
  servers = await startServers(['rightech', 'oz'])
})

afterAll(async () => await servers.close())

beforeEach(async () => {
  home = makeHome()
  const api = servers.api('rightech')
  origin = new URL(api.baseUrl).origin
  await tokn('login', 'iot', ...addressOf(api))
})

afterEach(() => home.remove())

async function tokn(...words: readonly string[]) {
  const env = words[0] === 'login' ? credentialsOf(servers.api('rightech')) : {}
  const ended = await run(words, { home, env })
  expect(ended, ended.err).toMatchObject({ status: 0 })
  return ended
}

/** Of which the login decides how its token travels. */
const ownDefinition = {
  id: 'own',
  title: 'Own',
  docs: 'https://own.example/docs',
  rotation: 'none',
  fields: [
    { name: 'username', label: 'User name' },
    { name: 'password', label: 'Password', secret: true },
  ],
  basePath: '/api/v1',
  attach: { query: { token: '{access}' } },
  login: {
    request: {
      method: 'POST',
      path: '/auth/token',
      json: { username: '{fields.username}', password: '{fields.password}' },
    },
    attach: { headers: { Authorization: 'Bearer {access}' } },
    reply: { access: 'token' },
  },
}

/** The whole document of a setup. */
async function setup(...words: readonly string[]) {
  const { out } = await tokn('setup', ...words, '--json')
  return JSON.parse(out) as {
    hosts: string[]
    changes: { key: string; change: string; value: string | null; before: string[] }[]
  }
}

const changesOf = async (...words: readonly string[]) =>
  (await setup(...words)).changes.map(({ change }) => change)

/** Runs a program as the user would, in an empty home. */
async function by(line: readonly string[], input = '') {
  const child = startCommand(line, { home, input })
  return await child.ended
}

const file = (...path: readonly string[]) => join(home.path, ...path)
const read = (...path: readonly string[]) => readFileSync(file(...path), 'utf8')

const gitPath = execFileSync('sh', ['-c', 'command -v git || true'], { encoding: 'utf8' }).trim()
const other = 'https://git.other.example:8443'

describe.skipIf(!requirePart('git'))('tokn setup git', () => {
  const fill = async (url: string) => {
    const { protocol, host } = new URL(url)
    const line = ['git', '-c', 'core.askPass=true', 'credential', 'fill']
    const { out } = await by(line, `protocol=${protocol.slice(0, -1)}\nhost=${host}\n\n`)
    return /^password=(.*)$/m.exec(out)?.[1] ?? ''
  }

  test('has git given the token for the hosts of the profile, and for no other', async () => {
    const { out: token } = await tokn('token', 'iot')
    expect(await changesOf('git', '--dry-run')).toEqual(['would-write', 'would-write'])
    expect(existsSync(file('home', '.gitconfig'))).toBe(false)
    expect(await changesOf('git')).toEqual(['written', 'written'])
    expect(await changesOf('git')).toEqual(['unchanged', 'unchanged'])
    const written = read('home', '.gitconfig')
    expect(await fill(origin)).toBe(token.trim())
    expect(await fill(other)).toBe('')
    expect(await fill(origin.replace('127.0.0.1', 'localhost'))).toBe('')
    expect(await changesOf('git', '--undo', '--dry-run')).toEqual(['would-remove', 'would-remove'])
    expect(read('home', '.gitconfig')).toBe(written)
    expect(await changesOf('git', '--undo')).toEqual(['removed', 'removed'])
    expect(await changesOf('git', '--undo')).toEqual([])
    expect(read('home', '.gitconfig').trim()).toBe('')
    expect(await fill(origin)).toBe('')
  })

  test('keeps the helpers of others, which are not asked meanwhile, and what the user writes', async () => {
    const before = `# mine\n[user]\n\tname = Me ; so\n[credential "${origin}"]\n\thelper = store --file=mine\n\tuseHttpPath = true\n[credential]\n\thelper = cache\n`
    writeFileSync(file('home', '.gitconfig'), before)
    const { changes } = await setup('git')
    expect(changes.map(({ before: old }) => old)).toEqual([['store --file=mine'], ['true']])
    const { out: token } = await tokn('token', 'iot')
    expect(await fill(origin)).toBe(token.trim())
    const approve = `protocol=http\nhost=${new URL(origin).host}\nusername=oauth2\npassword=x\n\n`
    await by(['git', 'credential', 'approve'], approve)
    expect(existsSync(join(home.work, 'mine'))).toBe(false)
    await by(['git', 'config', '--global', 'core.editor', 'vi'])
    await by(['git', 'config', '--global', '--add', `credential.${origin}.helper`, 'later'])
    expect(await changesOf('git', '--undo')).toEqual(['removed', 'removed'])
    const values = await by([
      'git',
      'config',
      '--global',
      '--get-all',
      `credential.${origin}.helper`,
    ])
    expect(values.out).toBe('store --file=mine\nlater\n')
    const left = read('home', '.gitconfig')
    expect(left).toContain('# mine\n[user]\n\tname = Me ; so\n')
    expect(left).toContain('editor = vi')
    expect(left).toMatch(/useHttpPath = true/i)
  })

  test('the profile set up last is the one whose undo takes all of it back', async () => {
    await tokn('login', 'second', ...addressOf(servers.api('rightech')), '--provider', 'rightech')
    expect(await changesOf('git', 'iot')).toEqual(['written', 'written'])
    expect(await changesOf('git', 'second')).toEqual(['written', 'unchanged'])
    expect(await changesOf('git', 'iot', '--undo')).toEqual([])
    expect(await changesOf('git', 'second', '--undo')).toEqual(['removed', 'removed'])
    expect(read('home', '.gitconfig').trim()).toBe('')
  })

  test('a setup that git stops on the way has not changed the file', async () => {
    const before = '[user]\n\tname = Me\n[credential]\n\thelper = cache\n'
    writeFileSync(file('home', '.gitconfig'), before)
    mkdirSync(file('bin'), { recursive: true })
    // Refuses our line, when the empty value before it is written.
    const script = `#!/bin/sh\ncase "$*" in *--add*' credential git'*) exit 3;; esac\nexec ${gitPath} "$@"\n`
    writeFileSync(file('bin', 'git'), script, { mode: 0o755 })
    const env = { PATH: `${file('bin')}:${process.env['PATH'] ?? ''}` }
    const ended = await run(['setup', 'git', 'iot'], { home, env })
    expect(ended).toMatchObject({ status: 2, out: '' })
    expect(read('home', '.gitconfig')).toBe(before)
    expect(readdirSync(file('home')).filter((name) => name.startsWith('.gitconfig'))).toEqual([
      '.gitconfig',
    ])
  })

  test('leaves what the user has changed since', async () => {
    await tokn('setup', 'git')
    const key = `credential.${origin}.helper`
    await by(['git', 'config', '--global', '--replace-all', key, '!mine', 'credential'])
    await by(['git', 'config', '--global', `credential.${origin}.useHttpPath`, 'true'])
    const written = read('home', '.gitconfig')
    expect(await changesOf('git', '--undo')).toEqual(['kept', 'kept'])
    expect(read('home', '.gitconfig')).toBe(written)
    expect(await changesOf('git', '--undo')).toEqual([])
  })

  test('writes where git reads, follows a link, and stands on no PATH', async () => {
    const env = { GIT_CONFIG_GLOBAL: file('elsewhere'), PATH: '/usr/bin:/bin' }
    writeFileSync(file('real'), '')
    symlinkSync(file('real'), file('elsewhere'))
    expect(await run(['setup', 'git'], { home, env })).toMatchObject({ status: 0 })
    expect(existsSync(file('home', '.gitconfig'))).toBe(false)
    expect(lstatSync(file('elsewhere')).isSymbolicLink()).toBe(true)
    expect(readFileSync(file('real'), 'utf8')).toContain('credential git')
    const line = ['git', 'credential', 'fill']
    const input = `protocol=http\nhost=${new URL(origin).host}\n\n`
    const { out } = await startCommand(line, { home, env, input }).ended
    expect(out).toContain('username=oauth2')
    // Wherever the variable points by then.
    expect(await changesOf('git', '--undo')).toEqual(['removed', 'removed'])
    expect(readFileSync(file('real'), 'utf8')).not.toContain('credential')
  })

  test('a further host is answered for when it is beside the token, and not by the profile alone', async () => {
    const { out: token } = await tokn('token', 'iot')
    const done = await setup('git', 'iot', '--host', other)
    expect(done.hosts).toEqual([other])
    expect(done.changes.map(({ key }) => key)).toEqual([
      `credential.${other}.helper`,
      `credential.${other}.useHttpPath`,
    ])
    expect(await fill(other)).toBe(token.trim())
    expect((await setup('git', 'iot', '--host', other)).hosts).toEqual([])
    expect((await tokn('profile', 'show', 'iot', '--json')).out).toContain(other)
    // A refresh and a login keep it.
    await tokn('refresh', 'iot')
    expect((await tokn('login', 'iot')).err).toContain(`"iot" still answers for ${other}, as`)
    expect(await fill(other)).toBe((await tokn('token', 'iot')).out.trim())
    const config = join(home.config, 'config.json')
    const evil = readFileSync(config, 'utf8').replace(
      `"${other}"`,
      `"${other}", "https://evil.example"`,
    )
    writeFileSync(config, evil)
    const asked = await run(['credential', 'git', 'get'], {
      home,
      input: 'protocol=https\nhost=evil.example\n\n',
    })
    expect(asked).toMatchObject({ status: 0, out: '' })
    expect(asked.err).toContain('may not be sent to https://evil.example')
    await tokn('login', 'iot')
    expect((await tokn('profile', 'show', 'iot', '--json')).out).not.toContain('evil')
    expect((await setup('git', '--undo')).hosts).toEqual([other])
    expect((await tokn('profile', 'show', 'iot', '--json')).out).not.toContain(other)
    const again = { home, input: `url=${other}\n\n` }
    const { out } = await run(['credential', 'git', '-P', 'iot', 'get'], again)
    expect(out).toBe('')
    expect((await tokn('token', 'iot', '--for', origin)).out).not.toBe('')
    expect(await run(['token', 'iot', '--for', other], { home })).toMatchObject({ status: 2 })
  })

  test('only an origin is a host, spelled as origins are kept', async () => {
    const hosts = [
      ...[
        'http://git.example',
        'https://GIT.example',
        'https://git.example.',
        'https://git.example/x',
      ],
      ...[
        'https://user@git.example',
        'https://*.example',
        'git.example',
        'https://git.example/',
        '',
      ],
      ...[
        'https://git.example:0443',
        'https://münchen.example',
        'ftp://git.example',
        'https://g\\e.example',
      ],
    ]
    for (const host of hosts) {
      const ended = await run(['setup', 'git', 'iot', '--host', host], { home })
      expect({ host, ...ended }).toMatchObject({ host, status: 2, out: '' })
    }
    expect(existsSync(file('home', '.gitconfig'))).toBe(false)
  })
})

describe('tokn setup docker', () => {
  const config = () => file('home', '.docker', 'config.json')
  const host = () => new URL(origin).host

  test('adds a helper, and leaves every other byte as it is', async () => {
    const texts = [
      '{\n\t"auths": {\n\t\t"a": {"auth": "e\\u0030w=="}\n\t},\n\t"big": 12345678901234567890123\n}',
      '{"credsStore":"desktop","credHelpers":{"ghcr.io":"gh"}}\n',
      '{\r\n  "credHelpers": {\r\n    "ghcr.io": "gh"\r\n  },\r\n  "x": [1.0]\r\n}\r\n',
      '{}',
      '{ "credHelpers": {} }',
    ]
    mkdirSync(file('home', '.docker'))
    for (const text of texts) {
      writeFileSync(config(), text)
      chmodSync(config(), 0o640)
      expect(await changesOf('docker')).toEqual(['written'])
      const written = readFileSync(config(), 'utf8')
      const read1 = JSON.parse(written) as { credHelpers: Record<string, string> }
      expect(read1).toEqual({
        ...(JSON.parse(text) as object),
        credHelpers: {
          ...(JSON.parse(text) as { credHelpers?: object }).credHelpers,
          [host()]: 'tokn',
        },
      })
      for (const piece of ['12345678901234567890123', '\\u0030', '1.0']) {
        expect(written.includes(piece)).toBe(text.includes(piece))
      }
      expect(statSync(config()).mode & 0o777).toBe(0o640)
      expect(await changesOf('docker')).toEqual(['unchanged'])
      expect(await changesOf('docker', '--undo')).toEqual(['removed'])
      const plain = (one: string) => one.replaceAll(/\s|"credHelpers":\s*\{\s*\},?/g, '')
      expect(plain(readFileSync(config(), 'utf8'))).toBe(plain(text))
    }
  })

  test('brings back the helper that was there, and leaves what was changed since', async () => {
    mkdirSync(file('home', '.docker'))
    writeFileSync(config(), JSON.stringify({ credHelpers: { [host()]: 'pass' } }))
    expect((await setup('docker')).changes).toMatchObject([{ change: 'written', before: ['pass'] }])
    expect(await changesOf('docker', '--undo')).toEqual(['removed'])
    expect(JSON.parse(readFileSync(config(), 'utf8'))).toEqual({
      credHelpers: { [host()]: 'pass' },
    })
    await setup('docker')
    writeFileSync(config(), JSON.stringify({ credHelpers: { [host()]: 'mine' } }))
    expect(await changesOf('docker', '--undo')).toEqual(['kept'])
    expect(JSON.parse(readFileSync(config(), 'utf8'))).toEqual({
      credHelpers: { [host()]: 'mine' },
    })
  })

  test('follows a link, finds what podman reads, and makes a file for the user alone', async () => {
    mkdirSync(file('home', '.config', 'containers'), { recursive: true })
    writeFileSync(file('auth'), '{"auths":{}}')
    symlinkSync(file('auth'), file('home', '.config', 'containers', 'auth.json'))
    expect(await changesOf('docker')).toEqual(['written', 'written'])
    expect(statSync(config()).mode & 0o777).toBe(0o600)
    expect(lstatSync(file('home', '.config', 'containers', 'auth.json')).isSymbolicLink()).toBe(
      true,
    )
    expect(JSON.parse(readFileSync(file('auth'), 'utf8'))).toEqual({
      auths: {},
      credHelpers: { [host()]: 'tokn' },
    })
  })

  test('what serves two profiles is taken back with the second of them', async () => {
    await tokn('login', 'second', ...addressOf(servers.api('rightech')), '--provider', 'rightech')
    for (const ids of [
      ['iot', 'second'],
      ['second', 'iot'],
    ]) {
      expect(await changesOf('docker', 'iot')).toEqual(['written'])
      expect(await changesOf('docker', 'second')).toEqual(['unchanged'])
      expect(await changesOf('docker', ids[0] ?? '', '--undo')).toEqual(['shared'])
      expect(readFileSync(config(), 'utf8')).toContain(`"${host()}": "tokn"`)
      expect(await changesOf('docker', ids[0] ?? '', '--undo')).toEqual([])
      expect(await changesOf('docker', ids[1] ?? '', '--undo')).toEqual(['removed'])
      expect(readFileSync(config(), 'utf8')).not.toContain('tokn')
    }
  })

  test('a broken file stays as it is', async () => {
    mkdirSync(file('home', '.docker'))
    for (const text of [
      '{',
      '[]',
      '{"credHelpers":[]}',
      '{"a":1,"a":2}',
      '\ufffe',
      '\ufeff{}',
      '"x"',
    ]) {
      writeFileSync(config(), text)
      const ended = await run(['setup', 'docker'], { home })
      expect({ text, ...ended }).toMatchObject({ text, status: 2, out: '' })
      expect(readFileSync(config(), 'utf8')).toBe(text)
    }
  })
})

describe.skipIf(!requirePart('kubectl'))('tokn setup kubectl', () => {
  const users = async () =>
    JSON.parse((await by(['kubectl', 'config', 'view', '-o', 'json'])).out) as {
      users: { name: string; user: { exec?: Record<string, unknown> } }[] | null
    }

  test('adds a user with a plugin, and takes that away again, and no other', async () => {
    await by(['kubectl', 'config', 'set-credentials', 'mine', '--token=t'])
    expect(await changesOf('kubectl', 'iot', '--dry-run')).toEqual(['would-write'])
    expect((await users()).users).toHaveLength(1)
    expect(await changesOf('kubectl', 'iot')).toEqual(['written'])
    expect(await changesOf('kubectl', 'iot')).toEqual(['unchanged'])
    const made = (await users()).users?.find(({ name }) => name === 'tokn-iot')?.user.exec
    expect(made).toMatchObject({
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      interactiveMode: 'Never',
      provideClusterInfo: true,
    })
    const { args = [] } = made as { args?: string[] }
    const plugin = await by([process.execPath, ...args])
    const { out: token } = await tokn('token', 'iot')
    expect(JSON.parse(plugin.out)).toMatchObject({ status: { token: token.trim() } })
    expect(await changesOf('kubectl', '--undo')).toEqual(['removed'])
    expect((await users()).users?.map(({ name }) => name)).toEqual(['mine'])
    expect(await changesOf('kubectl', '--undo')).toEqual([])
  })

  test('says that the server of the context is foreign, until it is added', async () => {
    const cluster = 'https://k8s.example:6443'
    await by(['kubectl', 'config', 'set-cluster', 'c', `--server=${cluster}/`])
    await by(['kubectl', 'config', 'set-context', 'c', '--cluster=c', '--user=tokn-iot'])
    await by(['kubectl', 'config', 'use-context', 'c'])
    const foreign = await run(['setup', 'kubectl', 'iot'], { home })
    expect(foreign.status).toBe(0)
    expect(foreign.err).toContain(`${cluster}/, which "iot" does not answer for`)
    const added = await run(['setup', 'kubectl', 'iot', '--host', cluster], { home })
    expect(added.status).toBe(0)
    expect(added.err).not.toContain('does not answer for')
    await tokn('setup', 'kubectl', '--undo')
  })

  test('touches no user of that name that is somebody else’s, or was changed since', async () => {
    await by(['kubectl', 'config', 'set-credentials', 'tokn-iot', '--token=t'])
    expect(await run(['setup', 'kubectl', 'iot'], { home })).toMatchObject({ status: 2, out: '' })
    await by(['kubectl', 'config', 'delete-user', 'tokn-iot'])
    expect(await changesOf('kubectl', 'iot')).toEqual(['written'])
    await by(['kubectl', 'config', 'set-credentials', 'tokn-iot', '--exec-arg=more'])
    expect(await changesOf('kubectl', '--undo')).toEqual(['kept'])
    expect((await users()).users).toHaveLength(1)
  })
})

test.skipIf(!requirePart('kubectl'))(
  'keeps a user of kubectl to whom something was added',
  async () => {
    const additions = [
      ['--token=mine'],
      ['--exec-env=A=b'],
      ['--exec-api-version=client.authentication.k8s.io/v1beta1'],
    ]
    for (const words of additions) {
      expect(await changesOf('kubectl', 'iot')).toEqual(['written'])
      await by(['kubectl', 'config', 'set-credentials', 'tokn-iot', ...words])
      const before = read('home', '.kube', 'config')
      expect(await changesOf('kubectl', '--undo')).toEqual(['kept'])
      expect(read('home', '.kube', 'config')).toBe(before)
      await by(['kubectl', 'config', 'delete-user', 'tokn-iot'])
    }
  },
)

test('a client that is not installed is told of, and nothing is written', async () => {
  for (const client of ['git', 'kubectl']) {
    const env = { PATH: file('bin') }
    const ended = await run(['setup', client, 'iot'], { home, env })
    expect(ended).toMatchObject({ status: 5, out: '' })
    expect(ended.err).toContain(`${client} is not installed`)
  }
})

test('nothing is set up for a token that the client cannot send, and all for one that it may send', async () => {
  const api = servers.api('oz')
  const login = await run(['login', 'oz', ...addressOf(api)], { home, env: credentialsOf(api) })
  expect(login, login.err).toMatchObject({ status: 0 })
  for (const client of ['git', 'docker', 'kubectl', 'keyring']) {
    const ended = await run(['setup', client, 'oz'], { home })
    expect(ended, client).toMatchObject({ status: 5, out: '' })
    expect(ended.err).toContain('tokn exec -P oz -- COMMAND')
  }
  expect(readdirSync(file('home'))).toEqual([])
  // The command without a name serves whichever profile has the host.
  expect(await changesOf('keyring', '--undo')).toEqual([])
  await tokn('profile', 'use', 'oz')
  expect(await changesOf('keyring')).toEqual(['written'])

  writeFileSync(file('own.json'), JSON.stringify(ownDefinition))
  await tokn('provider', 'add', file('own.json'))
  const own = credentialsOf(servers.api('rightech'))
  const words = ['login', 'own', '--provider', 'own', '--base-url', origin]
  expect(await run(words, { home, env: own })).toMatchObject({ status: 0 })
  expect(await changesOf('docker', 'own')).toEqual(['written'])
  const env = { ...own, TOKN_PROVIDER: 'own', TOKN_BASE_URL: origin }
  const asked = ['credential', 'terraform', 'get', new URL(origin).host]
  const given = await run(asked, { home, env })
  expect(given, given.err).toMatchObject({ status: 0 })
  expect(given.out).toMatch(/^\{"token":"/)
  const header = await run(['header', '-o', 'value'], { home, env })
  expect(header, header.err).toMatchObject({ status: 0 })
  expect(header.out).toMatch(/^Bearer /)
})

test('prints what it writes, and nothing where that fails', async () => {
  mkdirSync(file('home', '.docker'))
  writeFileSync(file('home', '.docker', 'config.json'), '{}')
  const dry = await tokn('setup', 'docker', 'iot', '--dry-run')
  expect(dry.out).toContain('credHelpers.')
  // Another file where the folder of the program has to be.
  writeFileSync(file('data', 'tokn', 'programs'), '')
  const ended = await run(['setup', 'keyring', 'iot'], { home })
  expect(ended.status).not.toBe(0)
  expect(ended).toMatchObject({ out: '' })
  expect((await tokn('setup', 'docker', 'iot')).out).toBe(dry.out)
})

test('a note that cannot be read stops a setup and an undo, and stays as it is', async () => {
  await tokn('setup', 'keyring', 'iot')
  const path = file('state', 'tokn', 'setup.json')
  const note = readFileSync(path, 'utf8')
  for (const text of [note.slice(0, -9), note.replace('"keyring"', '"other"'), '{"version":2}']) {
    writeFileSync(path, text)
    for (const words of [
      ['docker', 'iot'],
      ['keyring', '--undo'],
    ]) {
      const ended = await run(['setup', ...words], { home })
      expect({ text, ...ended }).toMatchObject({ text, status: 8, out: '' })
      expect(ended.err).toContain('setup.json')
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
  }
  expect(existsSync(file('home', '.docker'))).toBe(false)
})

test('tokn setup keyring makes a command in a folder that is on no PATH', async () => {
  expect(await changesOf('keyring', 'iot')).toEqual(['written'])
  const path = file('data', 'tokn', 'programs', 'keyring')
  expect(statSync(path).mode & 0o777).toBe(0o700)
  const { out: token } = await tokn('token', 'iot')
  expect(await by([path, 'get', `${origin}/simple/`, 'oauth2'])).toMatchObject({
    status: 0,
    out: token,
  })
  expect((await tokn('uninstall', '--list')).out).toContain(path.replace(/\/keyring$/, ''))
  expect(await changesOf('keyring')).toEqual(['written'])
  expect(await changesOf('keyring')).toEqual(['unchanged'])
  const { err } = await tokn('setup', 'keyring', 'iot')
  const index = `${origin}/simple/`
  expect(err).toContain(`--index-url ${index.replace('://', '://oauth2@')} PACKAGE\n`)
  expect(err).toContain(
    `uv pip install --keyring-provider subprocess --index-url ${index} PACKAGE\n`,
  )
  writeFileSync(path, `${readFileSync(path, 'utf8')}# mine\n`)
  expect(await changesOf('keyring', '--undo')).toEqual(['kept'])
  expect(existsSync(path)).toBe(true)
})
