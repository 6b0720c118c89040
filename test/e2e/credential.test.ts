import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeHome, root, type Home } from '../support/home.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers

beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['rightech', 'oz'])
  for (const name of ['rightech', 'oz'] as const) {
    const api = servers.api(name)
    const env = credentialsOf(api)
    const ended = await run(['login', name, ...addressOf(api)], { home, env })
    expect(ended, ended.err).toMatchObject({ status: 0 })
  }
})

afterAll(async () => {
  await servers.close()
  home.remove()
})

const credential = async (...words: readonly string[]) =>
  await run(['credential', ...words], { home })

test('the token of the profile that is named, wherever that is said', async () => {
  const { out } = await run(['token', 'rightech'], { home })
  for (const words of [
    ['pnpm', '-P', 'rightech'],
    ['pnpm', '-Prightech'],
    ['pnpm', '--profile=rightech', '--timeout', '5s'],
  ]) {
    const given = { words, status: 0, out: `Bearer ${out}`, err: '' }
    expect({ words, ...(await credential(...words)) }).toEqual(given)
  }
})

test('a token that travels otherwise is given to nobody that says Bearer', async () => {
  const { status, out, err } = await credential('kubectl', '-P', 'oz')
  expect({ status, out }).toEqual({ status: 5, out: '' })
  expect(err).toContain('travels in the header X-Forensic-Access-Token')
  const { host } = new URL(servers.api('oz').baseUrl)
  for (const words of [
    ['kubectl', '-P', 'oz'],
    ['terraform', '-P', 'oz', 'get', host],
    ['pnpm', '-P', 'oz'],
    ['keyring', '-P', 'oz', 'get', host, 'oauth2'],
  ]) {
    const refused = await credential(...words)
    expect(refused.err, words[0]).toMatch(/: tokn curl .*URL\n.*: tokn exec .*-- COMMAND\n/)
    expect(refused.out).toBe('')
  }
})

test('what others have said may be in any encoding, as git passes it on', async () => {
  const { origin } = new URL(servers.api('rightech').baseUrl)
  const site = `protocol=http\nhost=${new URL(origin).host}\n`
  const ask = async (said: string) => {
    const input = Buffer.from(`${site}${said}\n`, 'latin1')
    return await run(['credential', 'git', 'get'], { home, input })
  }
  for (const said of ['wwwauth[]=Basic realm="priv\xe9"\n', 'path=caf\xe9.git\n']) {
    const { status, out, err } = await ask(said)
    expect({ said, status, err }).toEqual({ said, status: 0, err: '' })
    expect(out).toContain('password=')
  }
  expect(await ask('username=caf\xe9\n')).toMatchObject({ status: 2, out: '' })
  const url = Buffer.from(
    `{"v":1,"registry":{"index-url":"${origin}/\xe9"},"kind":"get"}\n`,
    'latin1',
  )
  const cargo = await run(['credential', 'cargo', '--cargo-plugin'], { home, input: url })
  expect(cargo.out).toMatch(/"Err":\{"kind":"other"/)
})

test('a tool that has nothing else is told how a host comes to be answered for', async () => {
  const url = 'https://elsewhere.example/'
  const pnpm = await credential('pnpm', url)
  const input = JSON.stringify({ uri: url })
  const bazel = await run(['credential', 'bazel', 'get'], { home, input })
  for (const { err } of [pnpm, bazel]) {
    expect(err).toContain('tokn login PROFILE --api-url URL')
    expect(err).not.toContain('tokn status')
  }
})

test('of several profiles for a place, who asked is told how to choose', async () => {
  const api = servers.api('oz')
  const twin = ['login', 'twin', '--provider', 'oz', ...addressOf(api)]
  expect(await run(twin, { home, env: credentialsOf(api) })).toMatchObject({ status: 0 })
  const { host, origin } = new URL(api.baseUrl)
  const ask = async (tool: string, input: string) =>
    (await run(['credential', tool, 'get'], { home, input })).err
  const docker = await ask('docker', host)
  expect(docker).toContain(`several profiles answer for ${host}, `)
  expect(docker).toContain(': oz, twin; choose by -P NAME (or TOKN_PROFILE), tokn profile use NAME')
  expect(docker).not.toContain('in the URL')
  const git = await ask('git', `url=${origin}\n\n`)
  expect(git).toContain(`several profiles answer for ${origin}, `)
  expect(git).toContain('tokn profile use NAME, or NAME as the user name in the URL')
})

test('the tools stand under a heading of their own', async () => {
  const { out } = await credential('--help')
  expect(out).toMatch(/^Tools:\n +git /m)
  expect(out).not.toContain('To look:')
})

test('behind the first word of a tool no flag of ours is read, and none passes for its word', async () => {
  for (const late of [
    '-P',
    '--profile=oz',
    '--store',
    '-q',
    '-h',
    '--help',
    '--json',
    '--config-dir=/',
  ]) {
    const { status, out, err } = await credential('pnpm', '-P', 'rightech', 'get', late, 'oz')
    expect({ late, status, out }).toEqual({ late, status: 2, out: '' })
    expect(err).toContain(`${late.split('=')[0]} has to stand before the words of the tool`)
  }
})

test('no tool, or one that is not known, is told which there are', async () => {
  for (const words of [[], ['no-such-tool']]) {
    const { status, out, err } = await credential(...words)
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(/tokn credential TOOL: .*\bpnpm\b/)
  }
})

test('the names that tools insist on run through a link, from a folder with blanks', async () => {
  const folder = join(home.work, 'a folder of links')
  mkdirSync(folder)
  for (const [name, tool] of [
    ['docker-credential-tokn', 'docker'],
    ['git-credential-tokn', 'git'],
    ['terraform-credentials-tokn', 'terraform'],
    ['cargo-credential-tokn', 'cargo'],
    ['bazel-credential-tokn', 'bazel'],
    ['pnpm-credential-tokn', 'pnpm'],
  ] as const) {
    symlinkSync(join(root, 'bin', `${name}.js`), join(folder, name))
    const line = [process.execPath, join(folder, name)]
    const ended = await startCommand([...line, '--timeout', 'nonsense', 'get'], { home }).ended
    const plain = await credential(tool, '--timeout', 'nonsense', 'get')
    expect({ name, ...ended }).toEqual({ name, ...plain })
    expect(ended.status).toBe(2)
  }
})

test('a session of the environment answers for its own origins, and logs in for no others', async () => {
  const ask = async (url: string, env: Record<string, string>) =>
    await run(['credential', 'git', 'get'], { home, env, input: `url=${url}\n\n` })
  const given = { TOKN_TOKEN: 'made-elsewhere', TOKN_API_URL: 'https://git.example' }
  expect((await ask('https://git.example', given)).out).toContain('password=made-elsewhere\n')
  for (const url of [
    'https://git.example.evil',
    'https://GIT.example',
    'https://git.example:8443',
  ]) {
    expect(await ask(url, given)).toMatchObject({ status: 0, out: '' })
  }
  const api = servers.api('rightech')
  const ci = { ...credentialsOf(api), TOKN_PROVIDER: 'rightech', TOKN_BASE_URL: api.baseUrl }
  const seen = api.log.length
  expect(await ask('https://git.example', ci)).toMatchObject({ status: 0, out: '' })
  expect(api.log.length).toBe(seen)
  expect((await ask(new URL(api.baseUrl).origin, ci)).out).toMatch(/^password=eyJ/m)
})

test('what is somewhere else is passed over in silence by tools that ask us of every place', async () => {
  const input = 'url=https://git.example\n\n'
  for (const words of [
    ['git', 'get'],
    ['git', '-P', 'rightech', 'get'],
    ['go', 'https://git.example'],
    ['terraform', 'get', 'git.example'],
    ['keyring', 'get', 'https://git.example/simple/', 'oauth2'],
    ['keyring', 'get', 'git.example', 'oauth2'],
  ]) {
    const { err } = await run(['credential', ...words], { home, input })
    expect({ words, err }).toEqual({ words, err: '' })
  }
  const told = 'no profile answers for https://git.example: nothing is given'
  const debugged = await run(['credential', 'git', '--debug', 'get'], { home, input })
  expect(debugged).toMatchObject({ status: 0, out: '' })
  expect(debugged.err).toContain(told)
  expect((await credential('pnpm', 'https://git.example')).err).toContain(told)
})
