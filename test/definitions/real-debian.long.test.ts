import { expect, it } from 'vitest'
import * as debian from './real/debian.ts'
import { installed } from './real/process.ts'
import { against } from './support/against.ts'
import { listTokens, statusOf } from './support/api.ts'
import { logOut, told } from './support/truth.ts'

// Servers that nobody here wrote, each driven with an example definition and nothing else. What a
// command says is held against what the server does to an independent client.

against(
  'JupyterHub',
  'jupyterhub',
  installed('jupyterhub', debian.jupyterHub),
  debian.startJupyterHub,
  (open) => {
    const user = debian.hubUser

    it('fits', async () => {
      const { api } = await open()
      expect(await api.matrix(user)).toEqual({
        login: 'ok',
        refresh: 'absent',
        list: 'ok',
        issue: 'ok',
        revoke: 'ok',
        info: 'ok',
        logout: 'absent',
      })
    })

    it('issues, lists, reissues and revokes', async () => {
      const { api, baseUrl } = await open()
      const me = `${baseUrl}/hub/api/user`
      await api.login(user, '--expires-in', '1h', '--name', 'laptop')
      const first = await api.json(['token', api.profile])
      expect(first['expires_in']).toBeGreaterThan(3_500)
      expect(first['expires_in']).toBeLessThanOrEqual(3_600)
      const old = await api.headers()
      expect(old['Authorization']).toBe(`token ${String(first['token'])}`)
      const ask = ['issue', api.profile, '--name', 'ci', '--scope', 'read:users:name!user']
      const issued = await api.json(ask)
      expect(issued).toMatchObject({ name: 'ci', expiry: 'never', expires_at: null })
      const header = { authorization: `token ${String(issued['token'])}` }
      expect(await statusOf(me, header)).toBe(200)
      const rows = await listTokens(api)
      expect(rows.filter(({ current }) => current)).toMatchObject([{ name: 'laptop' }])
      expect(rows.find(({ id }) => id === issued['id'])).toMatchObject({ name: 'ci' })
      await api.tokn(['revoke', String(issued['id']), '-P', api.profile])
      expect(await statusOf(me, header)).toBe(403)
      await api.tokn(['refresh', api.profile])
      const next = await api.headers()
      expect(next).not.toEqual(old)
      expect([await statusOf(me, old), await statusOf(me, next)]).toEqual([403, 200])
      await api.tokn(['logout', api.profile])
      expect(await statusOf(me, next)).toBe(403)
    })

    it('says of a logout and a revocation what is so', async () => {
      const { api, baseUrl } = await open()
      const use = async (headers: Readonly<Record<string, string>>) =>
        (await statusOf(`${baseUrl}/hub/api/user`, headers)) === 200
      const { json, alive } = await logOut(api, user, use)
      expect({ alive, status: json.status }).toEqual({ alive: false, status: 0 })
      expect(json.result).toMatchObject({ revoked: true, verified: true })
      await api.login(user)
      const { id } = await api.json(['issue', api.profile, '--name', 'kept', '--save-as', 'kept'])
      const kept = { authorization: `token ${(await api.tokn(['token', 'kept'])).trim()}` }
      expect(await use(kept)).toBe(true)
      const revoked = told(await api.ended(['revoke', String(id), '-P', api.profile, '--json']))
      expect(await use(kept)).toBe(false)
      expect(revoked).toMatchObject({ status: 0 })
      expect(revoked.result).toMatchObject({ status: 'revoked', verified: true, held_by: ['kept'] })
      // Its own token, of which no list can tell any more.
      const own = (await listTokens(api)).find(({ current }) => current)
      const held = await api.headers()
      const last = told(await api.ended(['revoke', String(own?.id), '-P', api.profile, '--json']))
      expect(await use(held)).toBe(false)
      expect(last.result).toMatchObject({ status: 'revoked', verified: true, verified_by: 'use' })
    })

    it('says what a token could not do that may not end itself', async () => {
      const { api, baseUrl } = await open()
      await api.login(user, '--scope', 'read:users:name!user')
      const held = await api.headers()
      const { status, result, err } = told(await api.ended(['logout', api.profile, '--json']))
      const alive = (await statusOf(`${baseUrl}/hub/api/user`, held)) === 200
      expect({ alive, status, revoked: result['revoked'] }, err).toEqual({
        alive: true,
        status: 12,
        revoked: false,
      })
    })

    it('tells a small scope from a dead token and a wrong password, all of them 403', async () => {
      const { api } = await open()
      const wrong = api.login({ ...user, password: 'no' })
      await expect(wrong).rejects.toThrow(/ended with 4.*does not accept these credentials/)
      await api.login(user, '--scope', 'read:users:name!user')
      expect((await api.fails(['list', api.profile])).status).toBe(5)
      await api.login(user)
      const own = (await listTokens(api)).find(({ current }) => current)
      await api.tokn(['revoke', String(own?.id), '-P', api.profile])
      expect((await api.fails(['info', api.profile])).status).toBe(4)
    })
  },
)

against('etcd', 'etcd', installed('etcd', debian.etcd), debian.startEtcd, (open) => {
  const user = debian.etcdUser

  it('fits', async () => {
    const { api } = await open()
    expect(await api.matrix(user)).toMatchObject({ login: 'ok', info: 'ok' })
  })

  it('sends the token bare, and reads the codes of gRPC', async () => {
    const { api, baseUrl } = await open()
    await api.login(user)
    const held = await api.headers()
    const body = JSON.stringify({ name: 'ada' })
    const get = `${baseUrl}/v3/auth/user/get`
    expect(await statusOf(get, held, { method: 'POST', body })).toBe(200)
    expect(await api.json(['info', api.profile])).toMatchObject({
      active: true,
      scopes: ['reader'],
    })
    const wrong = api.login({ ...user, password: 'no' })
    await expect(wrong).rejects.toThrow(/ended with 4.*does not accept these credentials/)
    const use = async (headers: Readonly<Record<string, string>>) =>
      (await statusOf(get, headers, { method: 'POST', body })) === 200
    const { json, alive } = await logOut(api, user, use)
    expect({ alive, status: json.status }).toEqual({ alive: true, status: 0 })
    expect(json.result['alive']).toContain('five minutes after their last use')
  })
})

const django = installed('django', ...debian.djangoParts)

against('Simple JWT', 'django-simplejwt', django, debian.startDjango, (open) => {
  const user = debian.djangoUser

  it('fits', async () => {
    const { api } = await open()
    expect(await api.matrix(user)).toMatchObject({
      login: 'ok',
      refresh: 'ok',
      info: 'ok',
      logout: 'ok',
    })
  })

  it('refreshes with a token that is good once, and blacklists it at logout', async () => {
    const { api, baseUrl } = await open()
    await api.login(user)
    const first = await api.json(['token', api.profile])
    expect(first['expires_in']).toBeGreaterThan(280)
    expect(first['expires_in']).toBeLessThanOrEqual(300)
    expect(await statusOf(`${baseUrl}/me/`, await api.headers())).toBe(200)
    for (const round of [2, 3]) {
      await api.tokn(['refresh', api.profile])
      const next = await api.json(['token', api.profile])
      expect(next).toMatchObject({ generation: round })
      expect(next['token']).not.toBe(first['token'])
    }
    expect(await statusOf(`${baseUrl}/me/`, await api.headers())).toBe(200)
    expect(await api.json(['info', api.profile])).toMatchObject({ active: true, user_id: '1' })
    const wrong = api.login({ ...user, password: 'no' })
    await expect(wrong).rejects.toThrow(/ended with 4.*No active account found/)
    // The refresh token is ended, and the access token, which nobody can end, is not called so.
    const use = async (headers: Readonly<Record<string, string>>) =>
      (await statusOf(`${baseUrl}/me/`, headers)) === 200
    const { json, alive } = await logOut(api, user, use)
    expect({ alive, status: json.status }).toEqual({ alive: true, status: 12 })
    expect(json.result['alive_until']).toEqual(expect.any(String))
  })
})

against('Django tokens', 'django-token', django, debian.startDjango, (open) => {
  const user = debian.djangoUser

  it('fits', async () => {
    const { api } = await open()
    expect(await api.matrix(user)).toMatchObject({ login: 'ok', info: 'absent' })
  })

  it('has a scheme of its own, and no end', async () => {
    const { api, baseUrl } = await open()
    await api.login(user)
    const held = await api.headers()
    expect(held['Authorization']).toMatch(/^Token [0-9a-f]{40}$/)
    expect(await statusOf(`${baseUrl}/me/`, held)).toBe(200)
    expect(await api.json(['token', api.profile])).toMatchObject({ expiry: 'never' })
    const use = async (headers: Readonly<Record<string, string>>) =>
      (await statusOf(`${baseUrl}/me/`, headers)) === 200
    const { json, alive } = await logOut(api, user, use)
    expect({ alive, status: json.status }).toEqual({ alive: true, status: 0 })
    const wrong = api.login({ ...user, password: 'no' })
    await expect(wrong).rejects.toThrow(/ended with 4.*Unable to log in/)
  })
})

against(
  'Glewlwyd',
  'glewlwyd',
  installed('glewlwyd', debian.glewlwyd, debian.glewlwydSchema, '/usr/bin/sqlite3'),
  debian.startGlewlwyd,
  (open) => {
    const user = debian.glewlwydUser

    it('fits', async () => {
      const { api } = await open()
      expect(await api.matrix(user)).toMatchObject({
        login: 'ok',
        list: 'ok',
        revoke: 'skipped',
        info: 'ok',
        logout: 'ok',
      })
    })

    it('lists sessions page by page, ends one by its hash, and its own by logging out', async () => {
      const { api, baseUrl } = await open()
      const profile = `${baseUrl}/api/profile_list`
      const agents = ['one', 'two', 'three'].map((name) => `agent-${name}`)
      const cookies: string[] = []
      for (const agent of agents) {
        const response = await fetch(`${baseUrl}/api/auth/`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'user-agent': agent },
          body: JSON.stringify(user),
        })
        cookies.push(response.headers.getSetCookie()[0]?.split(';')[0] ?? '')
      }
      await api.login(user)
      const held = await api.headers()
      expect(await statusOf(profile, held)).toBe(200)
      const rows = await listTokens(api)
      const names = rows.map(({ name }) => name)
      expect(names).toEqual(expect.arrayContaining(agents))
      expect(rows.every(({ id }) => id.startsWith('{SHA512}'))).toBe(true)
      expect(rows.every(({ expires_at }) => Date.parse(String(expires_at)) > Date.now())).toBe(true)
      const ended = told(await api.ended(['revoke', 'agent-two', '-P', api.profile, '--json']))
      expect(ended).toMatchObject({ status: 0, result: { status: 'revoked', name: 'agent-two' } })
      const after = await Promise.all(
        cookies.map(async (cookie) => await statusOf(profile, { cookie })),
      )
      expect(after).toEqual([200, 401, 200])
      expect(await api.json(['info', api.profile])).toMatchObject({
        active: true,
        user_id: 'admin',
      })
      const use = async (headers: Readonly<Record<string, string>>) =>
        (await statusOf(profile, headers)) === 200
      const { json, alive } = await logOut(api, user, use)
      expect({ alive, status: json.status }).toEqual({ alive: false, status: 0 })
      expect(json.result).toMatchObject({ revoked: true, verified: true })
    })
  },
)
