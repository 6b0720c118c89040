import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findTexts } from '../support/files.ts'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { logInToRenewingApi, startRenewingApi, type RenewingApi } from '../support/renewing-api.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { startSignedApi, type SignedApi } from '../support/signed-api.ts'

describe.skipIf(!requirePart('aws'))('the command line of AWS', () => {
  let home: Home
  let api: RenewingApi
  let sts: SignedApi

  beforeAll(async () => {
    api = await startRenewingApi()
    sts = await startSignedApi(
      () => api.keys(),
      (token) => api.isLive(token),
    )
  })
  afterAll(async () => {
    for (const server of [api, sts]) await server?.close()
  })
  beforeEach(() => {
    home = makeHome()
  })
  afterEach(() => home.remove())

  const login = async (life?: number) => await logInToRenewingApi(home, api, 'cloud', { life })

  const caller = async (line = 'tokn credential aws -P cloud'): Promise<Ended> => {
    const file = join(home.path, 'aws-config')
    writeFileSync(file, `[profile own]\nregion = eu-central-1\ncredential_process = ${line}\n`)
    const args = ['--profile', 'own', '--endpoint-url', sts.origin, '--output', 'text']
    const env = { AWS_CONFIG_FILE: file, AWS_EC2_METADATA_DISABLED: 'true' }
    const asked = ['sts', 'get-caller-identity', '--query', 'Arn']
    return await startCommand(['aws', ...args, ...asked], { home, env }).ended
  }
  const good = { status: 0, out: 'arn:aws:iam::123456789012:user/ada\n', err: '' }

  it('signs with the keys of the session', async () => {
    await login()
    expect(await caller()).toEqual(good)
    expect(sts.seen.at(-1)).toEqual([api.keys()?.id, true])
  })

  it('gets new keys where those held have ended, in its first command', async () => {
    await login(1)
    await api.untilExpired()
    const before = api.refreshes()
    expect(await caller()).toEqual(good)
    expect(sts.seen.at(-1)).toEqual([api.keys()?.id, true])
    expect(api.refreshes() - before).toBe(1)
  })

  it('has twenty of its commands do with one refresh', async () => {
    await login(1)
    await api.untilExpired()
    const before = api.refreshes()
    const ended = await Promise.all(Array.from({ length: 20 }, () => caller()))
    expect(ended.filter(({ status }) => status !== 0)).toEqual([])
    expect(api.refreshes() - before).toBe(1)
  })

  it('is told what to do where the session has a token alone', async () => {
    await logInToRenewingApi(home, api, 'plain', { keys: false })
    const before = sts.seen.length
    const { status, out, err } = await caller('tokn credential aws -P plain')
    expect(status).not.toBe(0)
    expect(out).toBe('')
    expect(err).toContain('"plain" has a token, and no AWS access key')
    expect(err).toContain('tokn exec --file AWS_WEB_IDENTITY_TOKEN_FILE')
    expect(sts.seen.slice(before)).toEqual([])
  })

  it('takes the token itself from a file, as it is told to do then', async () => {
    await logInToRenewingApi(home, api, 'plain', { keys: false })
    const env = {
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/deploy',
      AWS_ENDPOINT_URL_STS: sts.origin,
      // Versions before 1.29 and 2.13 know no such address, and would ask AWS itself.
      HTTPS_PROXY: 'http://127.0.0.1:1',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_CONFIG_FILE: join(home.path, 'none'),
      AWS_EC2_METADATA_DISABLED: 'true',
    }
    const file = ['exec', 'plain', '--file', 'AWS_WEB_IDENTITY_TOKEN_FILE', '--']
    const asked = ['aws', 'sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text']
    expect(await run([...file, ...asked], { home, env })).toEqual(good)
    expect(sts.seen.at(-1)).toEqual(['ASIAEXCHANGED', true])
  })

  it('is told what to do where nobody is logged in', async () => {
    await login()
    await run(['logout', 'cloud', '--local-only'], { home })
    const before = sts.seen.length
    const { status, out, err } = await caller()
    expect(status).not.toBe(0)
    expect(out).toBe('')
    expect(err).toContain('tokn login cloud')
    expect(sts.seen.slice(before)).toEqual([])
  })

  it('has its keys shown nowhere, and kept in no file as they are', async () => {
    await login()
    const refreshed = await run(['refresh', 'cloud', '--debug'], { home })
    const { secret } = api.keys()!
    const shown = await Promise.all(
      [
        ['list', 'cloud', '--local', '--json'],
        ['info', 'cloud', '--json'],
        ['status', '--json'],
        ['token', 'cloud', '--json'],
        ['profile', 'show', 'cloud', '--json'],
        ['why', 'cloud', '--json'],
        ['credential', 'aws', '-P', 'cloud', '--debug'],
      ].map(async (line) => await run(line, { home })),
    )
    for (const { out, err } of [refreshed, ...shown.slice(0, -1)])
      expect(out + err).not.toContain(secret)
    expect(shown.at(-1)?.out).toContain(secret)
    expect(shown.at(-1)?.err).not.toContain(secret)
    expect(findTexts(home.path, [secret])).toEqual([])
  })
})
