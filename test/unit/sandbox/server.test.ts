import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/server.ts'
import { call, type Answer } from './call.ts'

let sandbox: Sandbox

async function start(options: SandboxOptions = {}): Promise<Sandbox['apis']> {
  sandbox = await startSandbox(options)
  return sandbox.apis
}

afterEach(() => sandbox.close())

type Ask = (method: string, path: string, body?: unknown) => Promise<Answer>

async function startOz(): Promise<Ask> {
  const [api] = await start({ names: ['oz'] })
  return (method, path, body) => call(method, `${api!.baseUrl}${path}`, { body })
}

function sendRaw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(port), hostname, () => socket.end(text))
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}

describe('a sandbox', () => {
  it('serves all four APIs, each on its own port', async () => {
    const apis = await start()
    expect(apis.map((api) => [api.name, Object.keys(api.credentials)])).toEqual([
      ['oz', ['email', 'password']],
      ['mcs', ['client_id', 'client_secret', 'service_token']],
      ['rightech', ['username', 'password']],
      ['hosterby', ['access_key', 'secret_key']],
    ])
    const urls = apis.flatMap((api) => [api.baseUrl, ...(api.apiUrl ? [api.apiUrl] : [])])
    expect(new Set(urls).size).toBe(5)
    for (const url of urls) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    for (const api of apis) {
      const { status, json } = await call(api.resource.method, api.resource.url)
      expect([status, typeof json]).toEqual([401, 'object'])
    }
  })

  it('makes other credentials at every start', async () => {
    const first = (await start()).map((api) => api.credentials)
    await sandbox.close()
    const second = (await start()).map((api) => api.credentials)
    const all = [...first, ...second].flatMap((credentials) => Object.values(credentials))
    expect(new Set(all).size).toBe(all.length)
  })

  it('takes ports in order from a base port, and lets go of them', async () => {
    const [probe] = await start({ names: ['oz'] })
    const base = Number(new URL(probe!.baseUrl).port)
    await expect(startSandbox({ names: ['oz'], port: base })).rejects.toThrow(/EADDRINUSE/)
    await sandbox.close()
    const [api] = await start({ names: ['oz'], port: base })
    expect(api!.baseUrl).toBe(`http://127.0.0.1:${base}`)
  })

  it('tells the time of its own clock', async () => {
    const [api] = await start({ names: ['hosterby'], clockOffsetMs: -3_600_000 })
    const { headers } = await call('GET', api!.baseUrl)
    const ahead = Date.now() - Date.parse(String(headers['date']))
    expect(Math.abs(ahead - 3_600_000)).toBeLessThan(5000)
  })
})

describe('the log', () => {
  it('keeps requests as they were spelled', async () => {
    const [api] = await start({ names: ['mcs'] })
    const headers = { 'X-ODD-Name': 'value', 'content-type': 'text/plain' }
    await call('POST', `${api!.baseUrl}/auth/x?b=2&a=%20`, { headers, body: 'тело' })
    const [entry] = api!.log
    expect(entry).toMatchObject({
      method: 'POST',
      path: '/auth/x',
      query: { b: '2', a: ' ' },
      body: 'тело',
      status: 404,
      listener: 'token',
    })
    expect(entry!.headers).toContainEqual(['X-ODD-Name', 'value'])
    expect(Math.abs(entry!.time - Date.now())).toBeLessThan(5000)
  })

  it('knows of requests that are not HTTP, such as a Cyrillic header name', async () => {
    const [api] = await start({ names: ['hosterby'] })
    const head = 'PATCH /token/refresh HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n'
    expect(await sendRaw(api!.baseUrl, `${head}Х-User-Id: 1\r\n\r\n`)).toMatch(/^HTTP\/1.1 400/)
    expect(api!.log).toMatchObject([{ method: '', status: 400 }])
  })

  it('refuses bodies beyond the limit', async () => {
    const [api] = await start({ names: ['mcs'] })
    const body = 'x'.repeat(9 * 1024 * 1024)
    expect((await call('POST', `${api!.apiUrl}/any`, { body })).status).toBe(413)
  })
})

describe('control over HTTP', () => {
  it('describes, tells the state and stays out of the log', async () => {
    const ask = await startOz()
    const described = (await ask('GET', '/__sandbox/')).json
    expect(described).toMatchObject({ name: 'oz', resource: { method: 'GET' } })
    const { credentials } = described
    const made = (await ask('POST', '/api/authorize/auth', { credentials })).json
    expect((await ask('GET', '/__sandbox/state')).json).toMatchObject({
      counts: { logins: 1, refreshes: 0 },
      tokens: [{ generation: 1, accessLive: true, refreshLive: true }],
      live: [made.access_token],
    })
    const log = (await ask('GET', '/__sandbox/log')).json
    expect(log).toHaveLength(1)
    expect(log[0]).toMatchObject({ path: '/api/authorize/auth', status: 200 })
  })

  it('moves the clock, expires and resets', async () => {
    const ask = await startOz()
    const { credentials } = (await ask('GET', '/__sandbox/')).json
    const readLive = async () => (await ask('GET', '/__sandbox/state')).json.live.length
    await ask('POST', '/api/authorize/auth', { credentials })
    await ask('POST', '/__sandbox/advance', { ms: 899_000 })
    expect(await readLive()).toBe(1)
    await ask('POST', '/__sandbox/advance', { ms: 1000 })
    expect(await readLive()).toBe(0)
    await ask('POST', '/api/authorize/auth', { credentials })
    await ask('POST', '/__sandbox/expire')
    expect(await readLive()).toBe(0)
    const { now } = (await ask('POST', '/__sandbox/reset')).json
    expect(Math.abs(now - Date.now())).toBeLessThan(5000)
    const state = (await ask('GET', '/__sandbox/state')).json
    expect([state.tokens, state.counts.logins]).toEqual([[], 0])
    expect((await ask('GET', '/__sandbox/log')).json).toEqual([])
    expect((await ask('POST', '/api/authorize/auth', { credentials })).status).toBe(200)
  })

  it('replaces faults, which never strike it', async () => {
    const ask = await startOz()
    expect((await ask('POST', '/__sandbox/faults', [{ do: 'html' }])).status).toBe(200)
    expect((await ask('GET', '/any')).status).toBe(502)
    expect((await ask('POST', '/__sandbox/faults', [])).status).toBe(200)
    expect((await ask('GET', '/any')).status).toBe(401)
  })

  it('refuses what it does not understand', async () => {
    const ask = await startOz()
    expect((await ask('POST', '/__sandbox/faults', [{ do: 'dance' }])).status).toBe(400)
    expect((await ask('POST', '/__sandbox/faults', 'x')).status).toBe(400)
    expect((await ask('POST', '/__sandbox/advance', { ms: 'soon' })).status).toBe(400)
    expect((await ask('GET', '/__sandbox/reset')).status).toBe(404)
  })

  it('works on both listeners of an API that has two', async () => {
    const [api] = await start({ names: ['mcs'] })
    const state = await call('GET', `${api!.apiUrl}/__sandbox/state`)
    expect(state.json.budget).toMatchObject({ refreshTokens: 0, refreshTokensLimit: 25 })
  })
})
