import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkFaults, startFaults, type Fault } from '../../../src/sandbox/faults.ts'
import type { Sandbox, SandboxApi } from '../../../src/sandbox/server.ts'
import { call, startOne, type Answer } from './call.ts'

let sandbox: Sandbox
let api: SandboxApi

beforeEach(async () => {
  ;({ sandbox, api } = await startOne('oz'))
})
afterEach(() => sandbox.close())

function logIn(): Promise<Answer> {
  return call('POST', `${api.baseUrl}/api/authorize/auth`, {
    body: { credentials: api.credentials },
  })
}

function strike(...faults: readonly Fault[]): void {
  api.control.replaceFaults(faults)
}

describe('the list', () => {
  it('matches by path and method, after some and so many times', () => {
    const faults = startFaults([
      { path: '/a', method: 'POST', after: 1, times: 2, do: 'hang' },
      { path: '/b', do: 'delay', ms: 5 },
      { do: 'delay', ms: 7, times: 2 },
    ])
    const taken = [
      faults.take('POST', '/a/1'),
      faults.take('GET', '/a/1'),
      faults.take('POST', '/a/1'),
      faults.take('POST', '/a/2'),
      faults.take('POST', '/a/3'),
      faults.take('GET', '/b'),
    ]
    expect(taken.map((one) => [one.delayMs, one.fault?.do])).toEqual([
      [7, undefined],
      [7, undefined],
      [0, 'hang'],
      [0, 'hang'],
      [0, undefined],
      [5, undefined],
    ])
  })

  it.each([[{}], [[{}]], [[{ do: 'nothing' }]], [[{ do: 'delay' }]], [[null]]])(
    'refuses %j',
    (value) => {
      expect(() => checkFaults(value)).toThrow(TypeError)
    },
  )
})

describe('a refused fault', () => {
  it.each([
    [null, 'a fault must be an object, such as {"do":"hang"}'],
    [[], 'a fault must be an object, such as {"do":"hang"}'],
    [{ do: 'status' }, 'the fault "status" needs "status", a number'],
    [{ do: 'redirect' }, 'the fault "redirect" needs "to", a string'],
  ])('%j', (fault, message) => {
    expect(() => checkFaults([fault])).toThrow(message)
  })

  it('names what there is', () => {
    expect(() => checkFaults([{}])).toThrow('a fault needs "do", one of: drop-before, ')
    expect(() => checkFaults([{ do: 'nothing' }])).toThrow(
      'no such fault: "nothing"; "do" is one of: drop-before, ',
    )
  })
})

describe('a fault', () => {
  it('drops before processing', async () => {
    strike({ path: '/api/authorize', times: 1, do: 'drop-before' })
    await expect(logIn()).rejects.toThrow(/hang up|ECONNRESET/)
    expect(api.state.counts.logins).toBe(0)
    expect(api.log[0]).toMatchObject({ fault: 'drop-before', method: 'POST' })
    expect(api.log[0]).not.toHaveProperty('status')
    expect((await logIn()).status).toBe(200)
  })

  it('drops after processing', async () => {
    strike({ do: 'drop-after', times: 1 })
    await expect(logIn()).rejects.toThrow(/hang up|ECONNRESET/)
    expect(api.state.counts.logins).toBe(1)
    expect(api.state.live).toHaveLength(1)
  })

  it('answers a status', async () => {
    strike({ do: 'status', status: 429, headers: { 'retry-after': '3' }, body: { error: 'slow' } })
    const answer = await logIn()
    expect([answer.status, answer.json]).toEqual([429, { error: 'slow' }])
    expect(answer.headers['retry-after']).toBe('3')
    strike({ do: 'status', status: 503, body: 'busy', contentType: 'text/plain' })
    expect((await logIn()).text).toBe('busy')
    expect(api.state.counts.logins).toBe(0)
  })

  it('delays, then lets the next one strike', async () => {
    strike({ do: 'delay', ms: 60 }, { do: 'empty' })
    const started = performance.now()
    const answer = await logIn()
    expect(performance.now() - started).toBeGreaterThan(50)
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect(api.log[0]).toMatchObject({ fault: 'delay, empty' })
  })

  it('drips', async () => {
    strike({ do: 'drip', ms: 0 })
    const answer = await logIn()
    expect(answer.json.access_token).toHaveLength(128)
  })

  it('redirects', async () => {
    strike({ do: 'redirect', to: 'http://127.0.0.2/trap', status: 307 })
    const answer = await logIn()
    expect([answer.status, answer.headers['location']]).toEqual([307, 'http://127.0.0.2/trap'])
    expect(api.state.counts.logins).toBe(0)
  })

  it('answers too much', async () => {
    strike({ do: 'huge', bytes: 200_000 })
    const url = `${api.baseUrl}/any`
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(200_000)
    strike({ do: 'huge' })
    const endless = await fetch(url)
    const reader = endless.body!.getReader()
    for (let read = 0; read < 5_000_000;) read += (await reader.read()).value!.length
    await reader.cancel()
  })

  it('answers a gzip bomb', async () => {
    strike({ do: 'gzip-bomb', bytes: 5_000_000 })
    const response = await fetch(`${api.baseUrl}/any`)
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect((await response.arrayBuffer()).byteLength).toBe(5_000_000)
  })

  it('answers the page of a proxy', async () => {
    strike({ do: 'html' })
    const answer = await logIn()
    expect([answer.status, answer.headers['content-type']]).toEqual([502, 'text/html'])
    expect(answer.text).toContain('nginx')
  })

  it('never answers', async () => {
    strike({ do: 'hang' })
    const patience = new AbortController()
    const answer = fetch(`${api.baseUrl}/any`, { signal: patience.signal })
    await expect.poll(() => api.log.length, { timeout: 10_000 }).toBe(1)
    expect(await Promise.race([answer, delay(100, 'nothing')])).toBe('nothing')
    patience.abort()
    await expect(answer).rejects.toThrow(/aborted/)
  })

  it('replaces the body after processing', async () => {
    strike({ do: 'body', body: '{"access_token": ' })
    expect((await fetch(`${api.baseUrl}/any`)).status).toBe(401)
    const answer = await fetch(`${api.baseUrl}/api/authorize/auth`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ credentials: api.credentials }),
    })
    expect(await answer.text()).toBe('{"access_token": ')
    expect(api.state.counts.logins).toBe(1)
  })

  it('merges over the answer', async () => {
    strike({ do: 'merge', body: { expire_date: 'soon', extra: 1 }, without: ['expire_token'] })
    const { json } = await logIn()
    expect(json).toMatchObject({ expire_date: 'soon', extra: 1 })
    expect(json).not.toHaveProperty('expire_token')
    expect(api.state.live).toEqual([json.access_token])
    strike({ do: 'merge', under: 'user', body: { user_type: 'ADMIN' } })
    const merged = (await logIn()).json.user
    expect(merged).toMatchObject({ user_type: 'ADMIN', email: api.credentials['email'] })
  })
})
