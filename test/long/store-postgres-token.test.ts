import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let server: EngineServer
let home: Home
let servers: Servers
const logged = ['log_statement=all', 'log_connections=on', 'log_disconnections=on']

describe.skipIf(!requirePart('postgres'))('a session in a real PostgreSQL', () => {
  beforeEach(async () => {
    server = await startEngine('postgres', { tls: true, settings: logged })
    home = makeHome()
    servers = await startServers(['hosterby'])
  })
  afterEach(async () => {
    home?.remove()
    await servers?.close()
    await server?.close()
  })

  const placed = (host = '127.0.0.1'): Environment => {
    const url = new URL(server.url)
    ;[url.password, url.hostname] = ['', host]
    return { TOKN_STORE: undefined, TOKN_STORE_URL: url.href, PGPASSWORD: server.password }
  }
  const tokn = async (args: readonly string[], env: Environment = {}): Promise<Ended> =>
    await run(args, { home, env: { ...placed(), ...env } })
  const login = async () => {
    const api = servers.api('hosterby')
    const line = ['login', 'web', ...addressOf(api), '--quiet']
    expect(await tokn(line, credentialsOf(api))).toMatchObject({ status: 0, err: '' })
  }

  test('takes one connection and one question, and the process ends with its answer', async () => {
    await login()
    await tokn(['token', 'web'])
    const before = server.output().length
    const begun = performance.now()
    const { status, out, err } = await tokn(['token', 'web'])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out.trim()).not.toBe('')
    expect(performance.now() - begun).toBeLessThan(5_000)
    const lines = server.output().slice(before).split('\n')
    const count = (what: RegExp) => lines.filter((line) => what.test(line)).length
    expect(count(/connection authorized/)).toBe(1)
    expect(count(/LOG:\s+(?:execute|statement)/)).toBeLessThanOrEqual(2)
  })

  test('lies there sealed: nothing of it is in the files of the server or in ours', async () => {
    await login()
    const { out } = await tokn(['token', 'web'])
    expect(await tokn(['refresh', 'web'])).toMatchObject({ status: 0 })
    const later = await tokn(['token', 'web'])
    expect(later.out).not.toBe(out)
    const canaries = [out, later.out, ...Object.values(servers.api('hosterby').credentials)]
    // So that all is in files: the log has it, and the tables.
    await server.stop()
    const files = [server.folder, home.path].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    const texts = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path))
    texts.push(Buffer.from(server.output()))
    expect(texts.some((text) => text.includes('session_name'))).toBe(true)
    for (const canary of canaries.map((text) => text.trim()).filter((text) => text.length > 8)) {
      expect(texts.filter((text) => text.includes(canary))).toEqual([])
    }
    expect(texts.filter((text) => text.includes(server.password))).toEqual([])
  })

  test('goes by TLS where it is not on loopback, known by --ca, and by nothing weaker', async () => {
    await login()
    const ca = join(home.path, 'authority.pem')
    writeFileSync(ca, server.authority!.cert)
    const far = placed('localhost')
    const plain = await tokn(['token', 'web'], far)
    expect(plain).toMatchObject({ status: 7, out: '' })
    expect(plain.err).toContain('is not trusted')
    expect(await tokn(['token', 'web', '--ca', ca], far)).toMatchObject({ status: 0, err: '' })
    const weak = { TOKN_STORE_URL: `${far['TOKN_STORE_URL']}?sslmode=disable` }
    const refused = await tokn(['token', 'web'], weak)
    expect(refused).toMatchObject({ status: 2, out: '' })
    expect(refused.err).toContain('sslmode=disable')
  })

  test('ends with the status of what is wrong', async () => {
    await login()
    const wrong = await tokn(['token', 'web'], { PGPASSWORD: 'canary-wrong' })
    expect(wrong).toMatchObject({ status: 8, out: '' })
    expect(wrong.err).not.toContain('canary')
    const none = await tokn(['token', 'web'], { PGPASSWORD: undefined })
    expect(none).toMatchObject({ status: 8, out: '' })
    expect(none.err).toContain('TOKN_STORE_PASSWORD')
    server.pause()
    const hung = await tokn(['token', 'web', '--timeout', '1s'])
    server.resume()
    expect(hung).toMatchObject({ status: 7, out: '' })
    await server.kill()
    expect(await tokn(['token', 'web'])).toMatchObject({ status: 7, out: '' })
  })
})
