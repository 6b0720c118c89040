import { describe, expect, it } from 'vitest'
import { startAzureDevOps } from './servers/azure-devops.ts'
import { casUser, startCas } from './servers/cas.ts'
import { matrixUser, startMatrix } from './servers/matrix.ts'
import { proxmoxUser, startProxmox } from './servers/proxmox.ts'
import { startSlack } from './servers/slack.ts'
import { listTokens, statusOf } from './support/api.ts'
import { daysFromNow, open } from './support/open.ts'

// As documented.long.test.ts: APIs that differ more from the rest than those do from each other.

describe('Slack', () => {
  it('fits', async () => {
    const { api, server } = await open('slack', startSlack)
    expect(await api.matrix({ app_refresh_token: server.refreshToken })).toMatchObject({
      login: 'ok',
      refresh: 'ok',
      info: 'ok',
      logout: 'ok',
    })
  })

  it('does not believe a 200, and refreshes with each new token', async () => {
    const { api, server } = await open('slack', startSlack)
    await api.login({ app_refresh_token: server.refreshToken })
    const first = await api.json(['token', api.profile])
    expect(first['expires_in']).toBeGreaterThan(43_000)
    await api.tokn(['refresh', api.profile])
    await api.tokn(['refresh', api.profile])
    expect(await api.json(['token', api.profile])).toMatchObject({ generation: 3 })
    expect(await api.json(['info', api.profile])).toMatchObject({
      active: true,
      user_id: 'U0',
      scopes: ['app_configurations:read', 'app_configurations:write'],
    })
    const again = api.login({ app_refresh_token: server.refreshToken })
    await expect(again).rejects.toThrow(/ended with 4.*invalid_refresh_token/)
    // A token that was ended behind its back is noticed, and replaced.
    const headers = await api.headers()
    const ended = await fetch(`${server.baseUrl}/api/auth.revoke`, { method: 'POST', headers })
    expect(await ended.json()).toMatchObject({ revoked: true })
    await expect(api.tokn(['info', api.profile])).resolves.toContain('U0')
  })
})

describe('Proxmox VE', () => {
  it('fits', async () => {
    const { api } = await open('proxmox', startProxmox)
    expect(await api.matrix(proxmoxUser)).toEqual({
      login: 'ok',
      refresh: 'ok',
      list: 'ok',
      issue: 'ok',
      revoke: 'ok',
      info: 'ok',
      logout: 'absent',
    })
  })

  it('sends the ticket as a cookie with its CSRF token, and an issued token otherwise', async () => {
    const { api, server } = await open('proxmox', startProxmox)
    const permissions = `${server.baseUrl}/api2/json/access/permissions`
    await api.login(proxmoxUser)
    const held = await api.headers()
    expect(Object.keys(held).toSorted()).toEqual(['CSRFPreventionToken', 'Cookie'])
    expect(await statusOf(permissions, held)).toBe(200)
    expect(await api.json(['token', api.profile])).toMatchObject({
      scopes: ['User.Modify', 'Sys.Audit'],
    })
    await api.tokn(['refresh', api.profile])
    expect(await api.headers()).not.toEqual(held)
    await api.tokn(['issue', api.profile, '--name', 'ci', '--save-as', 'ci'])
    await api.tokn(['issue', api.profile, '--name', 'brief', '--expires-in', '2 days'])
    const header = (await api.tokn(['header', 'ci'])).trim()
    expect(header).toMatch(/^Authorization: PVEAPIToken=ada@pve!ci=[0-9a-f-]{36}$/)
    const authorization = header.replace('Authorization: ', '')
    expect(await statusOf(permissions, { authorization })).toBe(200)
    const rows = await listTokens(api)
    expect(rows.map(({ id, expires_at }) => [id, expires_at === null])).toEqual([
      ['ci', true],
      ['brief', false],
    ])
    expect(await api.json(['info', api.profile])).toMatchObject({ scopes: ['VM.Audit'] })
    await api.tokn(['revoke', 'ci', '-P', api.profile])
    expect(await statusOf(permissions, { authorization })).toBe(401)
  })
})

describe('Apereo CAS', () => {
  it('fits', async () => {
    const { api } = await open('cas', startCas)
    const service = ['--audience', 'https://app.example/']
    expect(await api.matrix(casUser, ...service)).toMatchObject({
      login: 'ok',
      issue: 'ok',
      info: 'ok',
      logout: 'ok',
    })
    await api.login(casUser)
    const plain = await api.fails(['issue', api.profile])
    expect([plain.status, plain.err]).toEqual([6, expect.stringContaining('400')])
    expect(await api.tokn(['issue', api.profile, ...service])).toMatch(/^ST-1-/)
  })

  it('finds the ticket in a Location, and sends it in paths', async () => {
    const { api, server } = await open('cas', startCas)
    await api.login(casUser)
    const held = await api.json(['token', api.profile])
    expect(held['token']).toMatch(/^TGT-1-/)
    const ticket = `${server.baseUrl}/cas/v1/tickets/${String(held['token'])}`
    expect(await statusOf(ticket, {})).toBe(200)
    const service = 'https://app.example/?a=b'
    const issued = await api.json(['issue', api.profile, '--audience', service])
    expect(server.validate(String(issued['token']), service)).toBe(true)
    await api.tokn(['logout', api.profile])
    expect(await statusOf(ticket, {})).toBe(404)
    const wrong = api.login({ ...casUser, password: 'no' })
    await expect(wrong).rejects.toThrow(/ended with 4.*does not accept these credentials/)
  })
})

describe('Matrix', () => {
  it('fits', async () => {
    const { api } = await open('matrix', startMatrix)
    expect(await api.matrix(matrixUser)).toMatchObject({
      login: 'ok',
      refresh: 'ok',
      list: 'ok',
      info: 'ok',
      logout: 'ok',
    })
  })

  it('counts in milliseconds, and uses each pair until its successor is used', async () => {
    const { api, server } = await open('matrix', startMatrix)
    const who = `${server.baseUrl}/_matrix/client/v3/account/whoami`
    await api.login(matrixUser, '--name', 'laptop')
    const first = await api.json(['token', api.profile])
    expect(first['expires_in']).toBeGreaterThan(280)
    expect(first['expires_in']).toBeLessThanOrEqual(300)
    const old = await api.headers()
    await api.tokn(['refresh', api.profile])
    expect(await statusOf(who, old)).toBe(200)
    expect(await statusOf(who, await api.headers())).toBe(200)
    expect(await statusOf(who, old)).toBe(401)
    const rows = await listTokens(api)
    expect(rows).toMatchObject([{ name: 'laptop', current: true }])
    expect(await api.json(['info', api.profile])).toMatchObject({ user_id: '@ada:lab' })
    const last = await api.headers()
    await api.tokn(['logout', api.profile])
    expect(await statusOf(who, last)).toBe(401)
    const wrong = api.login({ ...matrixUser, password: 'no' })
    await expect(wrong).rejects.toThrow(/ended with 4.*does not accept these credentials/)
  })
})

describe('Azure DevOps', () => {
  it('fits', async () => {
    const { api, server } = await open('azure-devops', startAzureDevOps)
    expect(await api.matrix({ token: server.entraToken })).toMatchObject({
      login: 'skipped',
      list: 'ok',
      issue: 'ok',
      revoke: 'ok',
    })
  })

  it('follows a cursor, reads an error in a 200, and makes a password of nobody', async () => {
    const { api, server } = await open('azure-devops', startAzureDevOps)
    await api.login({ token: server.entraToken })
    expect((await api.json(['token', api.profile]))['expires_in']).toBeGreaterThan(3_500)
    expect(await listTokens(api)).toHaveLength(45)
    const ask = ['issue', api.profile, '--name', 'ci', '--expires-in', '10 days']
    const scopes = ['--scope', 'vso.code', '--scope', 'vso.build']
    const issued = await api.json([...ask, ...scopes])
    expect(issued).toMatchObject({ name: 'ci', scopes: ['vso.code', 'vso.build'] })
    expect(daysFromNow(issued['expires_at'])).toBeCloseTo(10, 1)
    expect(server.accepts(`Basic ${String(issued['token'])}`)).toBe(true)
    const odd = await api.fails([...ask, '--scope', 'vso.!'])
    expect([odd.status, odd.err]).toEqual([6, expect.stringContaining('invalidScope')])
    await api.tokn(['revoke', 'ci', '-P', api.profile])
    expect(server.accepts(`Basic ${String(issued['token'])}`)).toBe(false)
  })
})
