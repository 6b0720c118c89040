import { expect, it } from 'vitest'
import * as npm from './real/npm.ts'
import { installed } from './real/process.ts'
import { against } from './support/against.ts'
import { listTokens, statusOf } from './support/api.ts'
import { logOut } from './support/truth.ts'

// Servers that nobody here wrote, each driven with an example definition and nothing else. What a
// command says is held against what the server does to an independent client.

against(
  'Verdaccio',
  'npm-registry',
  installed('verdaccio', npm.verdaccio),
  npm.startVerdaccio,
  (open) => {
    const user = npm.verdaccioUser

    it('fits', async () => {
      const { api } = await open()
      expect(await api.matrix(user)).toEqual({
        login: 'ok',
        refresh: 'absent',
        list: 'ok',
        issue: 'ok',
        revoke: 'ok',
        info: 'ok',
        logout: 'ok',
      })
    })

    it('logs in, and issues, lists and revokes tokens that the registry takes', async () => {
      const { api, baseUrl } = await open()
      await api.login(user)
      const held = await api.headers()
      const tokens = `${baseUrl}/-/npm/v1/tokens`
      expect(await statusOf(tokens, held)).toBe(200)
      expect(await api.json(['info', api.profile])).toMatchObject({ active: true, user_id: 'ada' })
      const without = await api.fails(['issue', api.profile])
      expect([without.status, without.err]).toEqual([4, expect.stringContaining('TOKN_PASSWORD')])
      const issued = await api.json(['issue', api.profile], user)
      const header = { authorization: `Bearer ${String(issued['token'])}` }
      expect(await (await fetch(`${baseUrl}/-/whoami`, { headers: header })).json()).toEqual({
        username: 'ada',
      })
      const listed = await fetch(tokens, { headers: held })
      const { objects } = (await listed.json()) as { objects: ReadonlyArray<{ key: string }> }
      expect((await listTokens(api)).map(({ id }) => id)).toEqual(objects.map(({ key }) => key))
      expect(objects.map(({ key }) => key)).toContain(issued['id'])
      const revoked = await api.json(['revoke', String(issued['id']), '-P', api.profile])
      // The registry forgets it and takes it all the same: that it was verified would not be so.
      expect(revoked).toMatchObject({ results: [{ status: 'revoked', verified: false }] })
      expect(await statusOf(`${baseUrl}/-/whoami`, header)).toBe(200)
      expect((await listTokens(api)).map(({ id }) => id)).not.toContain(issued['id'])
    })

    it('says of a logout what it is there: nothing', async () => {
      const { api, baseUrl } = await open()
      const use = async (headers: Readonly<Record<string, string>>) => {
        const answer = await fetch(`${baseUrl}/-/whoami`, { headers })
        return answer.ok && ((await answer.json()) as { username?: string }).username === 'ada'
      }
      const { json, alive } = await logOut(api, user, use)
      expect({ alive, status: json.status }).toEqual({ alive: true, status: 12 })
    })

    it('does not call a token dead that is only gone from the list', async () => {
      const { api, baseUrl } = await open()
      await api.login(user)
      const issued = await api.json(['issue', api.profile, '--save-as', 'kept'], user)
      const headers = { authorization: `Bearer ${(await api.tokn(['token', 'kept'])).trim()}` }
      const ended = await api.ended(['revoke', String(issued['id']), '-P', api.profile, '--json'])
      // Its list forgets the token, and nothing else does.
      const answer = await fetch(`${baseUrl}/-/whoami`, { headers })
      expect(await answer.json()).toEqual({ username: 'ada' })
      expect(ended).toMatchObject({ status: 6, out: '' })
      expect(ended.err).toContain('says that it is revoked, but the token still works')
    })

    it('says what a wrong password is', async () => {
      const { api } = await open()
      const wrong = api.login({ ...user, password: 'pw of another' })
      await expect(wrong).rejects.toThrow(/ended with 4.*does not accept these credentials/)
    })
  },
)

against('Node-RED', 'node-red', installed('node-red', npm.nodeRed), npm.startNodeRed, (open) => {
  const user = npm.nodeRedUser

  it('fits', async () => {
    const { api } = await open()
    expect(await api.matrix(user)).toMatchObject({ login: 'ok', info: 'ok', logout: 'ok' })
  })

  it('logs in with scopes, and its logout ends the token', async () => {
    const { api, baseUrl } = await open()
    await api.login(user, '--scope', 'flows.read')
    const held = await api.headers()
    const settings = `${baseUrl}/settings`
    expect(await statusOf(`${baseUrl}/flows`, held)).toBe(200)
    const token = await api.json(['token', api.profile])
    expect(token['expires_in']).toBeGreaterThan(3_500)
    expect(token['scopes']).toEqual(['flows.read'])
    await api.tokn(['logout', api.profile])
    expect(await statusOf(settings, held)).toBe(401)
  })

  it.each([
    ['*', true],
    ['flows.read', true],
    ['read', true],
  ] as const)('says of a logout with the scope %s what is so', async (scope, ends) => {
    const { api, baseUrl } = await open()
    const use = async (headers: Readonly<Record<string, string>>) =>
      (await statusOf(`${baseUrl}/flows`, headers)) === 200
    const { json, alive } = await logOut(api, user, use, '--scope', scope)
    expect({ alive, status: json.status }).toEqual({ alive: !ends, status: 0 })
    expect(json.result['revoked']).toBe(true)
  })

  it('tells a wrong password, told as 403, from a dead token', async () => {
    const { api, baseUrl } = await open()
    const wrong = api.login({ ...user, password: 'pw of another' })
    await expect(wrong).rejects.toThrow(/ended with 4.*does not accept these credentials/)
    await api.login(user)
    const held = await api.headers()
    const token = held['Authorization']?.replace('Bearer ', '')
    const body = JSON.stringify({ token })
    const json = { ...held, 'content-type': 'application/json' }
    expect(await statusOf(`${baseUrl}/auth/revoke`, json, { method: 'POST', body })).toBe(200)
    const { status, err } = await api.fails(['info', api.profile])
    expect([status, err]).toEqual([4, expect.stringContaining('does not accept the token')])
  })
})

against('CouchDB', 'couchdb', installed('couchdb', npm.pouch), npm.startCouch, (open) => {
  const user = npm.couchUser

  it('fits', async () => {
    const { api } = await open()
    expect(await api.matrix(user)).toMatchObject({ login: 'ok', info: 'ok', logout: 'absent' })
  })

  it('keeps a cookie, sends it as one, and does not believe a 200', async () => {
    const { api, baseUrl } = await open()
    await api.login(user)
    const held = await api.headers()
    expect(held['Cookie']).toMatch(/^AuthSession=/)
    const session = await fetch(`${baseUrl}/_session`, { headers: held })
    expect(await session.json()).toMatchObject({ userCtx: { name: 'ada', roles: ['reader'] } })
    const info = await api.json(['info', api.profile])
    expect(info).toMatchObject({ active: true, user_id: 'ada', scopes: ['reader'] })
    expect(await api.json(['token', api.profile])).toMatchObject({ expiry: 'known' })
    const wrong = api.login({ ...user, password: 'pw of another' })
    await expect(wrong).rejects.toThrow(/ended with 4.*Name or password is incorrect/)
    // Another password makes the cookie void: the server then answers 200, with nobody's name.
    const document = `${baseUrl}/_users/org.couchdb.user:ada`
    const before = (await (await fetch(document)).json()) as object
    const body = JSON.stringify({ ...before, password: 'pw other' })
    const headers = { 'content-type': 'application/json' }
    expect(await statusOf(document, headers, { method: 'PUT', body })).toBeLessThan(300)
    expect(await statusOf(`${baseUrl}/_session`, held)).toBe(200)
    const { status } = await api.fails(['info', api.profile])
    expect(status).toBe(4)
  })

  it('does not claim an end that the server does not make', async () => {
    const { api, baseUrl } = await open()
    const other = { username: 'bob', password: 'pw bob' }
    const body = JSON.stringify({ name: 'bob', password: 'pw bob', roles: [], type: 'user' })
    const headers = { 'content-type': 'application/json' }
    const document = `${baseUrl}/_users/org.couchdb.user:bob`
    expect(await statusOf(document, headers, { method: 'PUT', body })).toBeLessThan(300)
    const use = async (headers: Readonly<Record<string, string>>) => {
      const session = await (await fetch(`${baseUrl}/_session`, { headers })).json()
      return (session as { userCtx: { name: string | null } }).userCtx.name === 'bob'
    }
    const { json, alive } = await logOut(api, other, use)
    expect({ alive, status: json.status }).toEqual({ alive: true, status: 0 })
    expect(json.result['alive_until']).toEqual(expect.any(String))
  })
})
