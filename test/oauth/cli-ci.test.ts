import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listFiles } from '../support/files.ts'
import { maskLines } from '../../src/core/log-masks.ts'
import { makeHome, program, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'

const requestToken = 'the-token-of-the-runner'

describe('a CI job, which has an ID token and no secret of its own', () => {
  let ci: KeyObject
  let server: OidcServer
  let actions: Server
  let home: Home
  let asked: (string | undefined)[] = []
  beforeAll(async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    ci = privateKey
    server = await startOidc({ trusted: publicKey })
    actions = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://actions')
      asked.push(`${request.headers.authorization} ${url.search}`)
      response.setHeader('content-type', 'application/json; charset=utf-8')
      void idToken(url.searchParams.get('audience') ?? '').then((value) =>
        response.end(JSON.stringify({ count: 1, value })),
      )
    })
    await new Promise<void>((resolve) => actions.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    await server?.stop()
    actions?.close()
  })
  beforeEach(() => {
    home = makeHome()
    asked = []
  })
  afterEach(() => home.remove())

  async function idToken(audience: string): Promise<string> {
    return await new SignJWT({ sub: 'repo:org/name:ref:refs/heads/main' })
      .setProtectedHeader({ alg: 'RS256' })
      .setAudience(audience)
      .setExpirationTime('5m')
      .sign(ci)
  }

  /** As a job has it: no profile, no terminal, no store. */
  function job(env: Environment): Environment {
    return {
      CI: 'true',
      TOKN_STORE: undefined,
      TOKN_STORE_KEY: undefined,
      TOKN_PROVIDER: 'oauth',
      TOKN_ISSUER: server.issuer,
      TOKN_CLIENT_ID: 'native',
      TOKN_FLOW: 'ci',
      ...env,
    }
  }

  function onGitHub(): Environment {
    const { port } = actions.address() as AddressInfo
    return job({
      GITHUB_ACTIONS: 'true',
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    })
  }

  it('on GitHub fetches its ID token, and leaves nothing behind', async () => {
    const before = listFiles(home.path)
    const { status, out, err } = await run(['token'], { home, env: onGitHub() })
    // The log of the job has to hide the token, and that is all there is to say.
    expect({ status, err }).toEqual({ status: 0, err: maskLines([out.trimEnd()]) })
    expect(out).toMatch(/^[\x21-\x7e]{20,}\n$/)
    expect(asked).toEqual([
      `Bearer ${requestToken} ?api-version=2&audience=${encodeURIComponent(server.issuer)}`,
    ])
    expect(listFiles(home.path)).toEqual(before)
  })

  it('on GitLab has its ID token in a variable', async () => {
    const before = listFiles(home.path)
    const env = job({ GITLAB_CI: 'true', TOKN_CI_ID_TOKEN: await idToken(server.issuer) })
    const { status, out, err } = await run(['header'], { home, env })
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(/^Authorization: Bearer [\x21-\x7e]{20,}\n$/)
    expect(listFiles(home.path)).toEqual(before)
  })

  it.skipIf(!requirePart('strace'))('opens no file for writing, and makes no folder', async () => {
    const calls =
      'openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat'
    const trace = join(home.path, 'trace')
    const strace = ['strace', '-f', '--quiet=all', '-o', trace, '-e', `trace=${calls}`]
    const line = [...strace, process.execPath, program, 'token']
    const { status, out, err } = await startCommand(line, { home, env: onGitHub() }).ended
    expect({ status, err }).toEqual({ status: 0, err: maskLines([out.trimEnd()]) })
    const changes = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((call) => /O_WRONLY|O_RDWR|O_CREAT|(mkdir|rename|link)(at2?)?\(/.test(call))
      .filter((call) => !call.includes('"/dev/'))
    expect(changes).toEqual([])
  })

  it('asks for the audience that the server wants', async () => {
    const env = { ...onGitHub(), TOKN_CI_AUDIENCE: 'api://elsewhere' }
    const { status, out } = await run(['token'], { home, env })
    expect(asked[0]).toContain('audience=api%3A%2F%2Felsewhere')
    // This server does not take it: the check of the audience is its own.
    expect({ status: status !== 0, out }).toEqual({ status: true, out: '' })
  })

  it('says what the job lacks, and no secret', async () => {
    const lacking = await run(['token'], { home, env: job({ GITHUB_ACTIONS: 'true' }) })
    expect(lacking).toMatchObject({ status: 4, out: '' })
    expect(lacking.err).toContain('id-token: write')
    const noJwt = await run(['token'], { home, env: job({ TOKN_CI_ID_TOKEN: 'not-a-jwt-at-all' }) })
    expect(noJwt).toMatchObject({ status: 2, out: '' })
    const forged = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'RS256' }).sign(forged)
    const refused = await run(['token'], { home, env: job({ TOKN_CI_ID_TOKEN: token }) })
    expect(refused.status).not.toBe(0)
    for (const { out, err } of [lacking, noJwt, refused]) {
      expect(out + err).not.toMatch('not-a-jwt-at-all')
      expect(err).not.toContain(token)
    }
  })

  it('can log in as a profile too, with the same words', async () => {
    const words = ['login', 'job', '--issuer', server.issuer, '--client-id', 'native']
    const env = { ...onGitHub(), TOKN_PROVIDER: undefined, TOKN_STORE: 'file' }
    const key = home.environment['TOKN_STORE_KEY']
    const all = { ...env, TOKN_STORE_KEY: key, TOKN_FLOW: undefined }
    const { status, err } = await run([...words, '--flow', 'ci'], { home, env: all })
    expect(status, err).toBe(0)
    const given = await run(['token', 'job'], { home, env: all })
    expect(given).toMatchObject({ status: 0, err: maskLines([given.out.trimEnd()]) })
    expect(asked).toHaveLength(1)
    // The next job gets its ID token elsewhere.
    const { out } = await run(['profile', 'show', 'job', '--json'], { home, env: all })
    expect(out).not.toContain('/token?api-version')
  })
})
