import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run, start } from '../support/run.ts'
import { until } from '../support/until.ts'

describe('a signal to a login by a refresh token that is under way', () => {
  let home: Home
  let server: Server
  let origin = ''
  /** Lets the token endpoint answer; absent until it was asked. */
  let answer: (() => void) | undefined
  beforeEach(async () => {
    home = makeHome()
    answer = undefined
    server = createServer((request, response) => {
      const give = (body: unknown) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(body))
      }
      const tokens = { access_token: 'access', refresh_token: 'next', expires_in: 600 }
      if (request.url === '/token') answer = () => give(tokens)
      else give({ issuer: origin, token_endpoint: `${origin}/token` })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
    home.remove()
  })

  const login = (...words: readonly string[]) => {
    const named = ['login', 'web', '--issuer', origin, '--client-id', 'app', ...words]
    return start([...named, '--with-refresh-token'], { home, input: 'refresh-canary' })
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('waits as %s', async (signal) => {
    const { child, ended } = login()
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await until(() => answer !== undefined)
    child.kill(signal)
    await until(() => said !== '')
    child.kill(signal)
    answer?.()
    const { err } = await ended
    expect(child.signalCode).toBe(signal)
    expect(err).toContain('this ends as soon as what comes in its place is kept')
    expect(await run(['token', 'web'], { home })).toMatchObject({ status: 0, out: 'access\n' })
    expect((await run(['doctor', '--offline'], { home })).out).not.toContain('login-web')
  })

  it('waits no longer than --timeout', async () => {
    const { child, ended } = login('--timeout', '2s')
    await until(() => answer !== undefined)
    child.kill('SIGTERM')
    await ended
    expect(child.signalCode).toBe('SIGTERM')
  })

  it('that cannot wait leaves a note of what may have become of the token', async () => {
    const { child, ended } = login()
    await until(() => answer !== undefined)
    child.kill('SIGKILL')
    await ended
    const { out } = await run(['doctor', '--offline'], { home })
    expect(out).toContain('the refresh token that it was given may be spent')
    expect(out).not.toContain('canary')
  })
})
