import { request, type IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Listener, ListenOptions } from '../../../src/core/callback.ts'
import { listenForCallback } from '../../../src/io/terminal/callback.ts'

const open: Listener[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()))
})

async function listen(options: Partial<ListenOptions> = {}): Promise<Listener> {
  const listener = await listenForCallback({
    path: '/callback',
    timeout: 20_000,
    title: 'Example & Sons <b>',
    accepts: (callback) => callback.searchParams.get('state') === 'right',
    ...options,
  })
  open.push(listener)
  return listener
}

interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

async function get(
  url: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Got> {
  return await new Promise((resolve, reject) => {
    const sent = request(url, { ...options, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => (text += String(chunk)))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('C25: the loopback listener', () => {
  it('waits for the right callback, past everything else', async () => {
    const listener = await listen()
    const uri = listener.redirectUri
    expect(uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/)
    const waiting = listener.wait()
    const { port } = new URL(uri)
    const right = `${uri}?code=c0de&state=right`
    expect((await get(`${uri}?code=x&state=wrong`)).status).toBe(400)
    expect((await get(`${uri}?code=x`)).status).toBe(400)
    expect((await get(uri)).status).toBe(400)
    expect((await get(right, { method: 'POST' })).status).toBe(405)
    expect((await get(right, { method: 'HEAD' })).status).toBe(405)
    expect((await get(right, { headers: { host: `evil.example:${port}` } })).status).toBe(400)
    expect((await get(right, { headers: { host: `localhost:${port}` } })).status).toBe(400)
    expect((await get(right, { headers: { host: '127.0.0.1' } })).status).toBe(400)
    expect((await get(right, { headers: { origin: 'https://evil.example' } })).status).toBe(400)
    expect((await get(right, { headers: { 'sec-fetch-mode': 'no-cors' } })).status).toBe(400)
    expect((await get(`http://127.0.0.1:${port}/favicon.ico`)).status).toBe(404)
    expect((await get(`http://127.0.0.1:${port}/callback/?state=right`)).status).toBe(404)
    const first = await get(right, { headers: { 'sec-fetch-mode': 'navigate' } })
    expect(first.status).toBe(200)
    expect((await waiting).href).toBe(right)
    const second = await get(`${uri}?code=other&state=right`)
    expect(second.status).toBe(200)
    expect(second.text).toContain('Already done')
    expect((await listener.wait()).href).toBe(right)
  })

  it('shows a page that needs nothing, runs nothing and repeats nothing', async () => {
    const listener = await listen()
    const page = await get(`${listener.redirectUri}?code=c0de-value&state=right&x=%3Cscript%3E`)
    expect(page.text).not.toContain('c0de-value')
    expect(page.text).not.toMatch(/<script|https?:\/\/|src=|href="(?!data:,")|url\(/)
    expect(page.text).toContain('Example &#38; Sons &#60;b&#62;')
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; img-src data:; style-src 'sha256-/,
    )
    expect(page.headers['referrer-policy']).toBe('no-referrer')
    expect(page.headers['cache-control']).toBe('no-store')
  })

  it('says in the browser that access was not granted', async () => {
    const listener = await listen()
    const page = await get(
      `${listener.redirectUri}?error=access_denied&error_description=%1b%5b2J&state=right`,
    )
    expect(page.text).toContain('Not logged in')
    expect(page.text).not.toContain('\u001b')
  })

  it('gives up in the end, and says what came instead', async () => {
    const listener = await listen({ timeout: 300 })
    const waiting = listener.wait()
    await get(`${listener.redirectUri}?state=wrong`)
    await expect(waiting).rejects.toMatchObject({
      code: 'reauth_required',
      message: expect.stringContaining('only 1 that did not belong to it'),
    })
  })

  it('says of an answer that was posted that it has to come in the address', async () => {
    const listener = await listen({ timeout: 300 })
    const waiting = listener.wait()
    const page = await get(listener.redirectUri, { method: 'POST' })
    expect(page.status).toBe(405)
    expect(page.text).toContain('Posted answers are not supported')
    await expect(waiting).rejects.toMatchObject({
      message: expect.stringContaining('one that was posted (form_post), which is not supported'),
    })
  })

  it('says that the port is taken', async () => {
    const squatter = createServer()
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve))
    const { port } = squatter.address() as { port: number }
    await expect(listen({ port })).rejects.toMatchObject({
      code: 'reauth_required',
      message: `cannot listen on port ${port} of this machine: another program uses it`,
    })
    await new Promise((resolve) => squatter.close(resolve))
  })

  it('answers on both addresses of localhost, under that name alone', async () => {
    const listener = await listen({ host: 'localhost', path: '/' })
    const { port, host } = new URL(listener.redirectUri)
    expect(host).toBe(`localhost:${port}`)
    const headers = { host }
    const path = `:${port}/?state=right`
    expect((await get(`http://127.0.0.1${path}`)).status).toBe(400)
    const four = await get(`http://127.0.0.1${path}`, { headers })
    expect(four.status).toBe(200)
    const six = await get(`http://[::1]${path}`, { headers }).catch(() => undefined)
    // A machine without IPv6 has one address less.
    expect(six?.text ?? 'Already done').toContain('Already done')
  })

  it('survives garbage', async () => {
    const listener = await listen()
    const { hostname, port } = new URL(listener.redirectUri)
    const { connect } = await import('node:net')
    for (const bytes of [
      '\u0000\u0001\u0002',
      'GET http://evil/callback?state=right HTTP/1.1\r\nhost: x\r\n\r\n',
      `GET //evil/callback?state=right HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`,
      `GET /%zz HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`,
      'a'.repeat(40_000),
    ]) {
      await new Promise((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.end(bytes))
        socket.on('close', resolve).on('error', resolve).resume()
      })
    }
    expect((await get(`${listener.redirectUri}?state=right`)).status).toBe(200)
  })
})
