import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAgent, type AgentClientOptions } from '../../../src/app/agent-client.ts'
import { isToknError } from '../../../src/core/errors.ts'
import { isInSocketFolder, locateAgent } from '../../../src/io/agent/locate.ts'
import { expiresAt } from '../../../src/core/expiry.ts'
import { bindingOf, type Profile } from '../../../src/core/profile.ts'
import { serializeRecord, type SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { AgentPort } from '../../../src/session/agent-port.ts'

const now = 1_800_000_000_000
const profile: Profile = {
  name: 'web',
  id: '0123456789abcdef0123456789abcdef',
  provider: 'hosterby',
  settings: { login: 'me' },
  store: 'file',
}

function recordOf(changes: Partial<SessionRecord> = {}): unknown {
  const record: SessionRecord = {
    v: 1,
    profileId: profile.id,
    generation: 7,
    provider: 'hosterby',
    binding: bindingOf(profile),
    origins: ['https://api.example.com'],
    attach: { headers: { 'Access-Token': '{access}' } },
    obtainedAt: now - 1_000,
    access: new Secret('the token'),
    refresh: new Secret(''),
    expiry: expiresAt(now + 600_000),
    context: {},
    ...changes,
  }
  return JSON.parse(serializeRecord(record))
}

const schema = 'tokn.agent-session/v1'
const good = { schema, record: recordOf(), refreshed: false, profile, warnings: [] }

function http(status: number, document: unknown): string {
  const body = document === undefined ? '' : JSON.stringify(document)
  return `HTTP/1.1 ${status} x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

function failing(code: string, details: object = {}, status = 409): string {
  return http(status, { schema, error: { code, message: 'why', details }, warnings: ['so'] })
}

let folder: string
let server: Server | undefined
let asked: string[]
let warned: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-agent-'))
  asked = []
  warned = []
})
afterEach(() => {
  server?.close()
  server = undefined
  rmSync(folder, { recursive: true })
})

const path = () => join(folder, 'agent.sock')

/** Answers each connection by `answer`. */
async function listen(answer: (socket: Socket) => void): Promise<void> {
  server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => asked.push(data.toString()))
    answer(socket)
  })
  const umask = process.umask(0o077)
  await new Promise<void>((resolve) => void server?.listen(path(), resolve))
  process.umask(umask)
}

const says = (text: string) => listen((socket) => socket.once('data', () => socket.end(text)))

function client({
  named = false,
  timeout = 5_000,
  patience = 5_000,
  isOfThisMachine = () => false,
  usual = false,
  answer,
}: Partial<AgentClientOptions> & { readonly usual?: boolean } = {}): AgentPort {
  const options = {
    patience: usual ? undefined : patience,
    answer,
    configuration: '/a:/b',
    isOfThisMachine,
    timeout,
    timeLeft: () => timeout,
    now: () => now,
    named,
  }
  const agent = openAgent(
    { path: path(), named },
    { ...options, quiet: false, warn: (text) => warned.push(text) },
  )
  if (agent === undefined) throw new Error('none')
  return agent
}

const fresh = (agent = client()) => agent.fresh(profile, {})

async function thrownBy(work: Promise<unknown>) {
  try {
    await work
  } catch (error) {
    if (isToknError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('an agent', () => {
  it('is asked for what is wanted, and gives a session', async () => {
    await says(http(200, { ...good, refreshed: true, warnings: ['it ends soon'] }))
    const options = { minTtl: 90_000.4, refresh: 'force', beyond: 6, reason: 'rejected' } as const
    const given = await client().fresh(profile, options)
    expect(given?.record.access.reveal()).toBe('the token')
    expect(given).toMatchObject({ refreshed: true, record: { generation: 7 }, profile })
    expect(warned).toEqual(['it ends soon'])
    expect(asked).toEqual([
      'GET /session/web?min_ttl=90001&refresh=force&beyond=6&reason=rejected&configuration=%2Fa%3A%2Fb&store=file HTTP/1.1\r\nHost: tokn\r\nConnection: close\r\n\r\n',
    ])
  })

  it('that was asked beforehand is not asked the same again, but once', async () => {
    await says(http(200, good))
    const target = '/session/web?configuration=%2Fa%3A%2Fb'
    const body = JSON.stringify({ ...good, warnings: ['told beforehand'] })
    const answer = { target, reply: { status: 200, body } }
    const agent = client({ answer })
    expect(await agent.freshByName('web', {})).toMatchObject({ profile })
    expect({ asked, warned }).toEqual({ asked: [], warned: ['told beforehand'] })
    expect(await agent.freshByName('web', {})).toMatchObject({ profile })
    expect(asked).toHaveLength(1)
    expect(await client({ answer }).freshByName('web', { minTtl: 1 })).toMatchObject({ profile })
    expect(asked).toHaveLength(2)
    expect(warned).toHaveLength(1)
  })

  it('that was named is asked by name alone, and may know another profile', async () => {
    const other = { ...profile, id: 'f'.repeat(32), provider: 'iot', store: 'keychain' }
    const record = recordOf({ profileId: other.id, expiry: expiresAt(now - 1_000) })
    await says(http(200, { ...good, record, profile: other }))
    const agent = client({ named: true })
    expect(await agent.freshByName('web', {})).toMatchObject({ profile: other })
    expect(await agent.fresh(profile, {})).toMatchObject({ profile: other })
    expect(await agent.freshByName('', { minTtl: 0 }, 'pass')).toMatchObject({ profile: other })
    expect(asked.map((text) => text.split(' ')[1])).toEqual([
      '/session/web',
      '/session/web',
      '/session?min_ttl=0&store=pass',
    ])
  })

  it('is not believed where it answers for another profile than was asked for', async () => {
    await says(http(200, { ...good, profile: { ...profile, name: 'shop' } }))
    for (const named of [true, false]) {
      const agent = client({ named })
      expect(await agent.freshByName('web', {})).toBeUndefined()
      expect(agent.problem).toBe('its answer is not for this profile')
      expect(await agent.freshByName('', {})).toMatchObject({ profile: { name: 'shop' } })
    }
  })

  it('chooses a proxy and files here where it is of this machine alone', async () => {
    const ways = { ca: '/a/ca.pem', proxy: 'http://far:1', certificate: '/c.pem', key: '/k.pem' }
    const none = { ca: undefined, proxy: undefined, certificate: undefined, key: undefined }
    await says(http(200, { ...good, profile: { ...profile, ...ways } }))
    const given = async (options: Partial<AgentClientOptions>) =>
      (await client(options).freshByName('web', {}))?.profile
    expect(await given({ named: true })).toMatchObject(profile)
    expect({ ...none, ...(await given({ named: true })) }).toMatchObject(none)
    expect(await given({ named: true, isOfThisMachine: () => true })).toMatchObject(ways)
    expect(await given({})).toMatchObject(ways)
  })

  it('that was named is waited for longer, since there may be no other way', async () => {
    await listen((socket) => {
      setTimeout(() => socket.end(http(200, good)), 1_200)
    })
    const named = client({ named: true, usual: true })
    const own = client({ usual: true })
    const given = await Promise.all([named.freshByName('web', {}), fresh(own)])
    expect(given).toMatchObject([{ profile }, undefined])
    expect(own.problem).toBe('it does not answer')
  })

  it('whose store this version does not know gives a session all the same', async () => {
    await says(http(200, { ...good, profile: { ...profile, store: 'of-tomorrow' } }))
    expect(await client({ named: true }).freshByName('web', {})).toMatchObject({
      profile: { store: 'memory' },
    })
  })

  it.each([
    ['it has no such session', http(404, undefined), undefined],
    ['nothing', '', 'it ended the connection'],
    ['half an answer', http(200, good).slice(0, -9), 'it ended the connection'],
    ['another protocol', '220 mail\r\n\r\n', 'its answer cannot be read'],
    ['a document that is none', http(200, []), 'its answer cannot be read'],
    ['another shape', http(200, { ...good, schema: 'x/v2' }), 'its answer cannot be read'],
    ['a later version', http(501, undefined), 'its answer cannot be read'],
    ['no record', http(200, { ...good, record: null }), 'its answer cannot be read'],
    ['no token', http(200, { ...good, record: { v: 1 } }), 'its answer cannot be read'],
    [
      'a name that is none',
      http(200, { ...good, profile: { ...profile, name: 'web; rm -rf ~' } }),
      'its answer cannot be read',
    ],
    ['no profile', http(200, { ...good, profile: [] }), 'its answer cannot be read'],
    [
      'the record of one, the profile of another',
      http(200, { ...good, profile: { ...profile, id: 'x' } }),
      'its answer cannot be read',
    ],
    [
      'the session of another profile',
      http(200, {
        ...good,
        record: recordOf({ profileId: 'x' }),
        profile: { ...profile, id: 'x' },
      }),
      'its answer is not for this profile',
    ],
    [
      'a token that has ended',
      http(200, { ...good, record: recordOf({ expiry: expiresAt(now - 1) }) }),
      'its answer is not for this profile',
    ],
    ['an error that is none', failing('nonsense'), 'its answer cannot be read'],
    ['its store is closed', failing('store', {}, 503), 'it could not do it itself'],
    ['a bug', failing('internal', {}, 500), 'it could not do it itself'],
    ['wrong usage', failing('usage'), 'it could not do it itself'],
  ])('that says %s is gone without', async (_, text, problem) => {
    await says(text)
    const agent = client()
    expect(await fresh(agent)).toBeUndefined()
    expect(agent.problem).toBe(problem)
    expect(warned).toEqual([])
  })

  it('says what it failed with, and not which status that is', async () => {
    await says(failing('reauth_required', { hint: 'tokn login', exit: 77 }, 401))
    const error = await thrownBy(fresh())
    expect(error).toMatchObject({ code: 'reauth_required', message: 'why', hint: 'tokn login' })
    expect(error.exit).toBe(4)
    expect(warned).toEqual(['so'])
  })

  it('that is locked is not gone around', async () => {
    await says(http(423, undefined))
    const error = await thrownBy(fresh())
    expect(error).toMatchObject({ code: 'store', hint: 'tokn agent unlock', exit: 8 })
  })

  it('that has the session of a profile as it was before is no way around the change', async () => {
    await says(http(200, { ...good, record: recordOf({ binding: { provider: 'other' } }) }))
    expect(await thrownBy(fresh())).toMatchObject({ code: 'reauth_required' })
  })

  it('passes on as many warnings as one can read', async () => {
    const warnings = [...Array.from({ length: 10_000 }, (_, index) => `${index}`), 7, null]
    await says(http(200, { ...good, warnings }))
    await fresh()
    expect(warned).toHaveLength(32)
  })

  it('that does not answer is waited for a moment, and no longer than there is time', async () => {
    await listen(() => undefined)
    const agent = client({ patience: 50 })
    expect(await fresh(agent)).toBeUndefined()
    expect(agent.problem).toBe('it does not answer')
    const short = client({ timeout: 20, patience: 10_000 })
    expect(await fresh(short)).toBeUndefined()
  })

  it('that stops in the middle of its answer is waited for no longer than that', async () => {
    await listen((socket) => {
      socket.write('HTTP/1.1 102 Processing\r\n\r\n')
      setTimeout(() => socket.write(http(200, good).slice(0, -9)), 100)
    })
    const agent = client({ patience: 200 })
    expect(await fresh(agent)).toBeUndefined()
    expect(agent.problem).toBe('it does not answer')
  })

  it('that has promised an answer is waited for as long as there is time', async () => {
    await listen((socket) => {
      socket.write('HTTP/1.1 102 Processing\r\n\r\n')
      setTimeout(() => socket.end(http(200, good)), 700)
    })
    expect((await fresh(client({ patience: 500 })))?.record.generation).toBe(7)
    expect(await thrownBy(fresh(client({ timeout: 100 })))).toMatchObject({ code: 'network' })
  })

  it('whose answer drips is read; one that never ends is not', async () => {
    await listen((socket) => {
      const bytes = Buffer.from(http(200, good))
      for (let at = 0; at < bytes.length; at += 40) socket.write(bytes.subarray(at, at + 40))
    })
    expect((await fresh())?.record.generation).toBe(7)
    server?.close()
    await new Promise((resolve) => server?.once('close', resolve))
    await listen((socket) => {
      socket.on('error', () => undefined)
      const drip = () => socket.write('HTTP/1.1 102 x\r\n\r\n', () => setTimeout(drip, 1))
      drip()
    })
    const agent = client()
    expect(await fresh(agent)).toBeUndefined()
    expect(agent.problem).toBe('its answer cannot be read')
  })

  it('that has gone is gone without', async () => {
    await says('')
    server?.close()
    writeFileSync(path(), '')
    const agent = client()
    expect(await fresh(agent)).toBeUndefined()
    expect(agent.problem).toBe('nobody listens there')
  })
})

describe('the socket of an agent', () => {
  const locate = (value: string) => locateAgent({ TOKN_AGENT_SOCK: value })

  it('is that of TOKN_AGENT_SOCK, if nobody else can have put it there', async () => {
    await says('')
    expect(locate(path())).toEqual({ path: path(), named: true })
    chmodSync(folder, 0o755)
    expect(locate(path())).toEqual({ path: path(), named: true })
    chmodSync(path(), 0o666)
    expect(locate(path())).toBe('every user can connect to it')
    chmodSync(path(), 0o600)
    chmodSync(folder, 0o777)
    expect(locate(path())).toBe(`refusing ${folder}: other users may write to it`)
    chmodSync(folder, 0o700)
    symlinkSync(path(), join(folder, 'link'))
    expect(locate(join(folder, 'link'))).toBe('it is not a socket')
    expect(locate(folder)).toBe('it is not a socket')
    symlinkSync('loop', join(folder, 'loop'))
    expect(locate(join(folder, 'loop', 'agent.sock'))).toMatch(/^cannot use .*loop/)
    expect(locate(join(folder, 'none'))).toBe('there is no socket')
    expect(locate('agent.sock')).toBe('it is no absolute path')
    expect(locate(`/${'x'.repeat(104)}`)).toMatch(/105/)
  })

  it.each(['', 'off'])('there is none by %j', (value) => {
    expect(locate(value)).toBeUndefined()
  })

  it('is of this machine where it is in the folder that all of them are in', async () => {
    const own = { XDG_RUNTIME_DIR: folder }
    expect(isInSocketFolder(join(folder, 'tokn', 'exec-1-a.sock'), own)).toBe(true)
    expect(isInSocketFolder(path(), own)).toBe(false)
    expect(isInSocketFolder(join(folder, 'tokn', '..', 'agent.sock'), own)).toBe(false)
    expect(isInSocketFolder(path(), {}, () => undefined)).toBe(false)
  })

  it('is the own one, where there is no such variable', async () => {
    chmodSync(folder, 0o700)
    expect(locateAgent({ XDG_RUNTIME_DIR: folder })).toBeUndefined()
  })
})
