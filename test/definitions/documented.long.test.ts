import { describe, expect, it } from 'vitest'
import { dockerUser, startDockerRegistry } from './servers/docker-registry.ts'
import { giteaUser, startGitea } from './servers/gitea.ts'
import { startGitLab } from './servers/gitlab.ts'
import { keystoneUser, startKeystone } from './servers/keystone.ts'
import { sonarUser, startSonarQube } from './servers/sonarqube.ts'
import { startVault, vaultUser } from './servers/vault.ts'
import { listTokens, statusOf } from './support/api.ts'
import { daysFromNow, open } from './support/open.ts'

// APIs whose servers are no package of ours to install: small servers, written from the documents
// of each and from nothing else, and the program with an example definition and nothing else.

interface Keys {
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
}

describe('HashiCorp Vault', () => {
  it('fits', async () => {
    const { api } = await open('vault', startVault)
    expect(await api.matrix(vaultUser)).toEqual({
      login: 'ok',
      refresh: 'ok',
      list: 'ok',
      issue: 'ok',
      revoke: 'ok',
      info: 'ok',
      logout: 'ok',
    })
  })

  it('prolongs the token itself, and ends what it made', async () => {
    const { api, server } = await open('vault', startVault)
    await api.login(vaultUser)
    const before = await api.json(['token', api.profile])
    expect(before['scopes']).toEqual(['default', 'writer'])
    expect(before['expires_in']).toBeGreaterThan(3_500)
    expect(before['expires_in']).toBeLessThanOrEqual(3_600)
    const after = await api.json(['refresh', api.profile])
    expect(await api.json(['token', api.profile])).toMatchObject({
      token: before['token'],
      generation: 2,
    })
    expect(after['generation']).toBe(2)
    const ask = ['issue', api.profile, '--name', 'ci', '--scope', 'reader', '--expires-in', '15m']
    const issued = await api.json(ask)
    expect(issued).toMatchObject({ scopes: ['default', 'reader'] })
    const lookUp = `${server.baseUrl}/v1/auth/token/lookup-self`
    const header = { 'x-vault-token': String(issued['token']) }
    expect(await statusOf(lookUp, header)).toBe(200)
    expect((await listTokens(api)).map(({ id }) => id)).toContain(issued['id'])
    await api.tokn(['revoke', String(issued['id']), '-P', api.profile])
    expect(await statusOf(lookUp, header)).toBe(403)
    const info = await api.json(['info', api.profile])
    expect(info).toMatchObject({ active: true, remote_checked: true })
    const held = await api.headers()
    expect(held).toEqual({ 'X-Vault-Token': before['token'] })
    await api.tokn(['logout', api.profile])
    expect(await statusOf(lookUp, held)).toBe(403)
  })

  it('makes keys for AWS, and makes them anew', async () => {
    const { api } = await open('vault-aws', startVault)
    const user = { ...vaultUser, role: 'deploy' }
    expect(await api.matrix(user)).toMatchObject({ login: 'ok', refresh: 'ok', logout: 'ok' })
    await api.login(user)
    const keys = async () => JSON.parse(await api.tokn(['credential', 'aws'])) as Keys
    const before = await keys()
    expect(before).toEqual({
      Version: 1,
      AccessKeyId: expect.stringMatching(/^ASIA/),
      SecretAccessKey: expect.any(String),
      SessionToken: (await api.tokn(['token'])).trim(),
      Expiration: (await api.json(['token']))['expires_at'],
    })
    await api.tokn(['refresh', api.profile])
    const after = await keys()
    expect(after.AccessKeyId).not.toBe(before.AccessKeyId)
    expect(after.SecretAccessKey).not.toBe(before.SecretAccessKey)
  })

  it('tells a wrong password from a dead token', async () => {
    const { api } = await open('vault', startVault)
    const wrong = api.login({ ...vaultUser, password: 'no' })
    await expect(wrong).rejects.toThrow(/ended with 4.*does not accept these credentials/)
    await api.login(vaultUser)
    const { id } = await api.json(['login', api.profile], vaultUser).then(async () => {
      const rows = await listTokens(api)
      return { id: rows.find(({ current }) => current)?.id }
    })
    await api.tokn(['revoke', String(id), '-P', api.profile])
    expect((await api.fails(['info', api.profile])).status).toBe(4)
  })
})

describe('GitLab', () => {
  it('fits', async () => {
    const { api, server } = await open('gitlab-tokens', startGitLab)
    expect(await api.matrix({ token: server.firstToken })).toEqual({
      login: 'skipped',
      refresh: 'ok',
      list: 'ok',
      issue: 'ok',
      revoke: 'ok',
      info: 'ok',
      logout: 'ok',
    })
  })

  it('follows the pages, rotates, and ends a session with the token', async () => {
    const { api, server } = await open('gitlab-tokens', startGitLab)
    await api.login({ token: server.firstToken })
    expect(await listTokens(api)).toHaveLength(120)
    expect(await api.headers()).toEqual({ 'PRIVATE-TOKEN': server.firstToken })
    const self = `${server.baseUrl}/api/v4/personal_access_tokens/self`
    const ask = ['issue', api.profile, '--name', 'ci', '--expires-in', '10 days']
    await api.tokn([...ask, '--scope', 'self_rotate', '--save-as', 'ci'])
    const first = await api.json(['token', 'ci'])
    // A date alone is its beginning: less is promised than there may be.
    expect(daysFromNow(first['expires_at'])).toBeGreaterThan(8.9)
    expect(daysFromNow(first['expires_at'])).toBeLessThan(10.1)
    await api.tokn(['refresh', 'ci'])
    const next = await api.json(['token', 'ci'])
    expect(next['token']).not.toBe(first['token'])
    expect(await statusOf(self, { 'private-token': String(first['token']) })).toBe(401)
    expect(await statusOf(self, { 'private-token': String(next['token']) })).toBe(200)
    const { status, err } = await api.fails(['list', 'ci'])
    expect([status, err]).toEqual([5, expect.stringContaining('higher privileges')])
    // The list leaves out what is revoked.
    const rows = await listTokens(api)
    expect(rows).toHaveLength(121)
    const successor = rows.find(({ name }) => name === 'ci')
    await api.tokn(['revoke', String(successor?.id), '-P', api.profile])
    expect(await statusOf(self, { 'private-token': String(next['token']) })).toBe(401)
    await api.tokn(['logout', api.profile])
    expect(await statusOf(self, { 'private-token': server.firstToken })).toBe(401)
  })

  it('says where the first token is made', async () => {
    const { api } = await open('gitlab-tokens', startGitLab)
    await expect(api.login({})).rejects.toThrow(/ended with 5.*personal_access_tokens/)
  })
})

describe('Gitea', () => {
  it('fits', async () => {
    const { api } = await open('gitea', startGitea)
    expect(await api.matrix(giteaUser)).toMatchObject({
      login: 'ok',
      refresh: 'absent',
      list: 'ok',
      issue: 'ok',
      revoke: 'ok',
      info: 'ok',
      logout: 'absent',
    })
  })

  it('wants the password again for everything about tokens, and keeps none', async () => {
    const { api, server } = await open('gitea', startGitea)
    await api.login(giteaUser, '--scope', 'read:user', '--scope', 'write:issue')
    const user = `${server.baseUrl}/api/v1/user`
    expect(await statusOf(user, await api.headers())).toBe(200)
    expect(server.calls[0]?.json['scopes']).toEqual(['read:user', 'write:issue'])
    const { status, err } = await api.fails(['list', api.profile])
    expect([status, err]).toEqual([4, expect.stringContaining('TOKN_PASSWORD')])
    const rows = await listTokens(api, giteaUser)
    expect(rows).toHaveLength(53)
    expect(rows.at(-1)).toMatchObject({ current: true, scopes: ['read:user', 'write:issue'] })
    expect(rows[0]?.created_at).toBe('2026-01-02T02:04:05Z')
    const ask = ['issue', api.profile, '--name', 'ci', '--scope', 'read:user']
    const issued = await api.json(ask, giteaUser)
    expect(issued).toMatchObject({ name: 'ci', expiry: 'never', expires_at: null })
    const header = { authorization: `token ${String(issued['token'])}` }
    expect(await statusOf(user, header)).toBe(200)
    const again = await api.fails(ask, giteaUser)
    expect([again.status, again.err]).toEqual([6, expect.stringContaining('used already')])
    await api.tokn(['revoke', 'ci', '-P', api.profile], giteaUser)
    expect(await statusOf(user, header)).toBe(401)
    const tokens = server.calls.filter(({ path }) => path.includes('/tokens'))
    expect(tokens.every(({ basic }) => basic?.[1] === giteaUser.password)).toBe(true)
  })
})

describe('Docker registry tokens', () => {
  it('fits', async () => {
    const { api } = await open('docker-registry', startDockerRegistry)
    expect(await api.matrix(dockerUser)).toMatchObject({ login: 'ok', refresh: 'ok' })
  })

  it('gives a scope as a value each, and asks for the same at a refresh', async () => {
    const { api, server } = await open('docker-registry', startDockerRegistry)
    const scopes = ['repository:ada/app:pull,push', 'repository:ada/base:pull']
    await api.login(dockerUser, ...scopes.flatMap((scope) => ['--scope', scope]))
    const token = await api.json(['token', api.profile, '--min-ttl', '0s'])
    expect(server.scopesOf(String(token['token']))).toEqual(scopes)
    expect(token['expires_in']).toBeLessThanOrEqual(60)
    await api.tokn(['refresh', api.profile])
    const next = await api.json(['token', api.profile])
    expect(next['expires_in']).toBeGreaterThan(200)
    expect(next['token']).not.toBe(token['token'])
    expect(server.scopesOf(String(next['token']))).toEqual(scopes)
  })
})

describe('SonarQube', () => {
  it('fits', async () => {
    const { api } = await open('sonarqube', startSonarQube)
    expect(await api.matrix(sonarUser)).toMatchObject({
      login: 'ok',
      list: 'ok',
      issue: 'ok',
      revoke: 'ok',
      info: 'ok',
    })
  })

  it('names tokens in forms, ends them on days, and knows a 200 that says no', async () => {
    const { api, server } = await open('sonarqube', startSonarQube)
    await api.login(sonarUser)
    const search = `${server.baseUrl}/api/user_tokens/search`
    expect(await statusOf(search, await api.headers())).toBe(200)
    const ask = ['issue', api.profile, '--name', 'ci & more', '--expires-in', '30 days']
    const issued = await api.json(ask)
    expect(daysFromNow(issued['expires_at'])).toBeGreaterThan(28.9)
    expect(daysFromNow(issued['expires_at'])).toBeLessThan(30.1)
    const rows = await listTokens(api)
    expect(rows.map(({ id }) => id)).toContain('ci & more')
    expect(rows.find(({ current }) => current)).toMatchObject({ expires_at: null })
    const header = { authorization: `Bearer ${String(issued['token'])}` }
    expect(await statusOf(search, header)).toBe(200)
    await api.tokn(['revoke', 'ci & more', '-P', api.profile])
    expect(await statusOf(search, header)).toBe(401)
    expect(await api.json(['info', api.profile])).toMatchObject({ active: true })
    const own = rows.find(({ current }) => current)?.id
    // By somebody else: of what it revokes itself, tokn knows that it has ended.
    const body = new URLSearchParams({ name: String(own) })
    const revoke = `${server.baseUrl}/api/user_tokens/revoke`
    await fetch(revoke, { method: 'POST', headers: await api.headers(), body })
    const { status, err } = await api.fails(['info', api.profile])
    expect([status, err]).toEqual([4, expect.stringContaining('does not accept the token')])
  })
})

describe('Keystone', () => {
  it('fits', async () => {
    const { api } = await open('keystone', startKeystone)
    expect(await api.matrix(keystoneUser)).toMatchObject({
      login: 'ok',
      issue: 'ok',
      info: 'ok',
      logout: 'ok',
    })
  })

  it('finds the token in a header, and leaves out the scope that nobody named', async () => {
    const { api, server } = await open('keystone', startKeystone)
    await api.login(keystoneUser)
    expect(server.calls[0]?.body).not.toContain('scope')
    const held = await api.headers()
    const headers = { ...held, 'x-subject-token': String(held['X-Auth-Token']) }
    const tokens = `${server.baseUrl}/v3/auth/tokens`
    expect(await statusOf(tokens, headers)).toBe(200)
    const info = await api.json(['info', api.profile])
    expect(info).toMatchObject({ active: true, user_id: 'ee4dfb6e5540447cb3741905149d9b6e' })
    await api.tokn(['logout', api.profile])
    expect(await statusOf(tokens, headers)).toBe(401)
    await api.login(keystoneUser, '--set', 'project=263fd9')
    expect(server.calls.at(-1)?.json).toMatchObject({
      auth: { scope: { project: { id: '263fd9' } } },
    })
    expect(await api.json(['token', api.profile])).toMatchObject({ scopes: ['member'] })
  })
})
