import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkDefinition } from '../../src/providers/schema/check.ts'
import { draftDefinition, type ApiAnswers } from '../../src/commands/provider/new.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'

const enter = '\r'
const down = '\u001b[B'

describe.skipIf(!hasTerminal())('before a person', () => {
  let servers: Servers
  let home: Home
  beforeAll(async () => {
    servers = await startServers(['rightech'], {})
    home = makeHome()
  })
  afterAll(async () => {
    home.remove()
    await servers.close()
  })

  test('a login asks for what it lacks, hides what is secret, and keeps it only if told to', async () => {
    const api = servers.api('rightech')
    const { TOKN_USERNAME: username = '', TOKN_PASSWORD: password = '' } = credentialsOf(api)
    const terminal = openTerminal(
      ['login', 'iot', '-p', 'rightech', '--base-url', api.baseUrl],
      home,
    )
    await terminal.until(/How to log in to Rightech IoT Cloud\?/)
    terminal.type(enter)
    await terminal.until(/User name/)
    terminal.type(username + enter)
    await terminal.until(/Password/)
    terminal.type(password + enter)
    await terminal.until(/Keep the credentials too/)
    terminal.type(enter)
    const { status, out, err } = await terminal.ended
    expect({ status, out }).toEqual({ status: 0, out: '' })
    expect(err).toMatch(
      /^to Rightech IoT Cloud at 127\.0\.0\.1:\d+, as profile iot, kept in the file store\n/,
    )
    expect(err).toMatch(
      /logged in as "iot"[^]*Keep the credentials too, to log in again unattended\?[^]*next: tokn token iot\n$/,
    )
    expect(terminal.raw()).not.toContain(password)
    expect((await run(['token', 'iot'], { home })).out).toMatch(/^eyJ/)

    // Not kept: once the token is dead, only a person can log in again.
    api.control.expire()
    expect(await run(['refresh', 'iot'], { home })).toMatchObject({ status: 4, out: '' })
  })

  test('a session of another provider is replaced after a yes alone', async () => {
    const api = servers.api('rightech')
    const at = ['--base-url', api.baseUrl]
    const env = credentialsOf(api)
    const login = await run(['login', 'replaced', '-p', 'rightech', ...at], { home, env })
    expect(login.status).toBe(0)
    const held = (await run(['token', 'replaced'], { home })).out
    const terminal = openTerminal(['login', 'replaced', '-p', 'oz', ...at], home)
    await terminal.until(/holds a session of "rightech" at .*. Replace it by one of "oz" at .*\?/)
    terminal.type('n')
    expect(await terminal.ended).toMatchObject({ status: 130, out: '' })
    expect((await run(['token', 'replaced'], { home })).out).toBe(held)
    const willing = openTerminal(['login', 'replaced', '-p', 'oz', ...at], home)
    await willing.until(/Replace it by one of "oz"/)
    willing.type('y')
    await willing.until(/How to log in to Oz API\?/)
    willing.type(enter)
    await willing.until(/E-mail address/)
    willing.type('\u0003')
    expect(await willing.ended).toMatchObject({ status: 130 })
  })

  test('Ctrl-C at a question ends with 130 and stores nothing', async () => {
    const api = servers.api('rightech')
    const terminal = openTerminal(
      ['login', 'other', '-p', 'rightech', '--base-url', api.baseUrl],
      home,
    )
    await terminal.until(/How to log in/)
    terminal.type(enter)
    await terminal.until(/User name/)
    terminal.type('\u0003')
    expect(await terminal.ended).toMatchObject({ status: 130, out: '' })
    expect((await run(['profile', 'show', 'other'], { home })).status).toBe(3)
  })

  test('a question left empty says so, and is put three times', async () => {
    const api = servers.api('rightech')
    const terminal = openTerminal(
      ['login', 'empty', '-p', 'rightech', '--base-url', api.baseUrl],
      home,
    )
    await terminal.until(/How to log in/)
    terminal.type(enter)
    for (const times of [1, 2, 3]) {
      await terminal.until(new RegExp(`(◆  User name[^]*){${times}}`))
      terminal.type(enter)
    }
    const { status, err } = await terminal.ended
    expect(status).toBe(2)
    expect(err).toContain('was left empty: once more')
    expect(err).toMatch(/tokn: error: ".*" was left empty\n/)
  })

  test('provider new asks about an API and writes a definition that can be added', async () => {
    const terminal = openTerminal(['provider', 'new', 'shop.json'], home)
    await terminal.until(/Short name/)
    terminal.type(`shop${enter}`)
    await terminal.until(/Its title/)
    terminal.type(`The shop${enter}`)
    await terminal.until(/page that documents/)
    terminal.type(`https://shop.example/docs${enter}`)
    await terminal.until(/Its address/)
    terminal.type(`https://shop.example${enter}`)
    await terminal.until(/Path of the request/)
    terminal.type(`/login${enter}`)
    await terminal.until(/name and password sent/)
    terminal.type(down + enter)
    await terminal.until(/Where the reply has the token/)
    terminal.type(`data.token${enter}`)
    await terminal.until(/Where the reply has the refresh token/)
    terminal.type(enter)
    await terminal.until(/in how many seconds/)
    terminal.type(enter)
    await terminal.until(/header that carries/)
    terminal.type(`X-Token${enter}`)
    expect(await terminal.ended).toMatchObject({ status: 0, out: '' })

    const text = readFileSync(join(home.work, 'shop.json'), 'utf8')
    expect(text).toContain('// ')
    const checked = checkDefinition(text)
    expect(checked).toMatchObject({
      ok: true,
      definition: {
        id: 'shop',
        baseUrl: 'https://shop.example',
        attach: { headers: { 'X-Token': '{access}' } },
        login: {
          request: { path: '/login', form: { username: '{fields.username}' } },
          reply: { access: 'data.token', expiry: { from: 'expires_in', as: 'seconds' } },
        },
        rotation: 'none',
      },
    })
    expect(await run(['provider', 'add', 'shop.json'], { home })).toMatchObject({ status: 0 })
    const again = openTerminal(['provider', 'new', 'shop.json'], home)
    for (let question = 0; question < 5; question++) {
      await again.until(
        new RegExp(
          ['Short name', 'Its title', 'documents', 'Its address', 'Path of'][question] ?? '',
        ),
      )
      again.type(enter)
    }
    await again.until(/name and password sent/)
    again.type(enter)
    for (const question of [
      /has the token/,
      /has the refresh token/,
      /how many seconds/,
      /header that/,
    ]) {
      await again.until(question)
      again.type(enter)
    }
    expect(await again.ended).toMatchObject({ status: 2 })
    expect(readFileSync(join(home.work, 'shop.json'), 'utf8')).toBe(text)
  })
})

describe('a drafted definition', () => {
  const answers: ApiAnswers = {
    id: 'my-api',
    title: 'My API',
    docs: 'https://example.com/docs',
    baseUrl: 'https://api.example.com',
    loginPath: '/auth/token',
    credentials: 'json',
    accessPath: 'access_token',
    refreshPath: 'data.refresh_token',
    expiryPath: 'expires_in',
    header: 'Authorization: Bearer',
  }

  test.each(['json', 'form', 'basic', 'headers'] as const)(
    'is right with credentials in %s',
    (credentials) => {
      const checked = checkDefinition(draftDefinition({ ...answers, credentials }))
      expect(checked).toMatchObject({
        ok: true,
        definition: {
          attach: { headers: { Authorization: 'Bearer {access}' } },
          refresh: { request: { json: { refresh_token: '{refresh}' } } },
          rotation: 'server-decides',
        },
      })
    },
  )

  test('has no refresh and no expiry where the API has none', () => {
    const checked = checkDefinition(
      draftDefinition({ ...answers, refreshPath: '-', expiryPath: '-' }),
    )
    expect(checked.ok && [checked.definition.refresh, checked.definition.rotation]).toEqual([
      undefined,
      'none',
    ])
  })
})
