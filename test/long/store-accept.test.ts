import { cpSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { startStrictServer } from '../heavy/support/fleet/strict-server.ts'
import { own, startEngine, type EngineName, type EngineWanted } from '../support/engines.ts'
import { makeHome } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'

const said = (text: string) => expect.stringContaining(text)

/** A session in a new server, made on a machine that remembers what it has seen. */
async function open(name: EngineName, wanted: EngineWanted = {}) {
  const [server, provider, home] = [
    await startEngine(name, wanted),
    await startStrictServer(),
    makeHome(),
  ]
  onTestFinished(async () => {
    await Promise.all([server.close(), provider.close()])
    home.remove()
  })
  const env = {
    TOKN_STORE: undefined,
    TOKN_STORE_URL: server.url,
    TOKN_STORE_KEY: randomBytes(32).toString('base64url'),
    // Named by a variable, it would be a job, which remembers nothing.
    TOKN_PROFILE: undefined,
    TOKN_CLIENT_SECRET: 'a secret',
  }
  const tokn = async (line: string) => await run(line.split(' '), { home, env })
  const login = `login web --issuer http://127.0.0.1:${provider.port} --client-id client --flow client --no-remember`
  const made = await tokn(login)
  expect(made, made.err).toMatchObject({ status: 0 })
  return { server, provider, tokn, login }
}

test.runIf(requirePart('redis'))(
  'after a restart that may have lost writes nothing is spent, until it is accepted',
  async () => {
    const { server, provider, tokn } = await open('redis', {
      durable: false,
      settings: ['save 3600 1'],
    })
    await server.stop()
    await server.start()
    const refused = await tokn('refresh web')
    expect(refused).toMatchObject({
      status: 4,
      out: '',
      err: said('may have lost its last writes'),
    })
    expect(refused.err).toContain('tokn login web')
    expect(refused.err).toContain('tokn store verify --accept web')
    expect(provider.spendings).toEqual([])
    // What is good is served all the same.
    expect(await tokn('token web')).toMatchObject({ status: 0 })
    const verified = await tokn('store verify --json')
    expect(verified).toMatchObject({ status: 10 })
    expect(JSON.parse(verified.out)).toMatchObject({
      sessions: [{ profile: 'web', status: 'bad', fix: 'tokn store verify --accept web' }],
    })
    const nobody = await tokn('store verify --accept web')
    expect(nobody).toMatchObject({
      ...{ status: 2, out: '', err: said('hint: tokn store verify --accept web --yes') },
    })
    expect(await tokn('refresh web')).toMatchObject({ status: 4 })
    const unknown = await tokn('store verify --accept wab -y')
    expect(unknown).toMatchObject({ status: 3, out: '', err: said('web') })
    expect(await tokn('store verify --accept web -y')).toMatchObject({ status: 0 })
    const again = await tokn('refresh web')
    expect(again, again.err).toMatchObject({ status: 0 })
    expect(JSON.parse((await tokn('store verify --json')).out)).toMatchObject({
      sessions: [{ profile: 'web', status: 'ok' }],
    })
    expect(provider.spentTwice()).toEqual([])
  },
)

test.runIf(requirePart('postgres'))(
  'a data folder that was put back spends nothing on a machine that has seen more',
  async () => {
    const { server, provider, tokn, login } = await open('postgres')
    const copy = `${server.folder}-copy`
    onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
    await server.stop()
    cpSync(server.folder, copy, { recursive: true, preserveTimestamps: true })
    await server.start()
    expect(await tokn('refresh web')).toMatchObject({ status: 0 })
    await server.stop()
    rmSync(server.folder, { recursive: true, force: true })
    cpSync(copy, server.folder, { recursive: true, preserveTimestamps: true })
    own(server.folder)
    await server.start()
    const refused = await tokn('refresh web')
    expect(refused, refused.err).toMatchObject({ status: 4, out: '' })
    expect(refused.err).toContain('tokn store verify --accept web')
    expect(provider.spendings).toHaveLength(1)
    const verified = await tokn('store verify --json')
    expect(verified, verified.err).toMatchObject({ status: 10, out: said('--accept web') })
    expect(await tokn('store verify --accept web -y')).toMatchObject({ status: 0 })
    const anew = await tokn(login)
    expect(anew, anew.err).toMatchObject({ status: 0 })
    expect(await tokn('refresh web')).toMatchObject({ status: 0 })
  },
)
