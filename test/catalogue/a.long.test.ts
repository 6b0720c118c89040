import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { program } from '../support/home.ts'
import { requirePart, requireParts } from '../support/parts.ts'
import { startCommand } from '../support/run.ts'
import { addressOf } from '../support/servers.ts'
import { errorOf, openHome, openWorld } from './world.ts'

const inNames = (code: string) => new RegExp(`\\\\(x|u00)${code}`)

describe('what is typed, and what comes by standard input', () => {
  test('A1: what is not known is named, with the nearest that is, and ends with 2', async () => {
    const { tokn } = openHome()
    const cases = [
      [['tokken'], 'did you mean "token"'],
      [['token', '--min-tl', '5m'], 'did you mean "--min-ttl"'],
      [['token', '--min-ttl'], ''],
      [['profile', 'nonsense'], ''],
      [['--frobnicate'], ''],
    ] as const
    for (const [args, hint] of cases) {
      const ended = await tokn(args)
      expect(ended.status).toBe(2)
      expect(ended.err).toContain(hint)
    }
  })

  test('A2: a name that is a path or a device is refused, and nothing is made', async () => {
    const { home, tokn } = openHome()
    const names = ['../../etc/x', 'a/b', '.', '..', 'CON', 'nul', 'a:b', 'x.', 'x ', '-P']
    for (const name of names) {
      const ended = await tokn(['token', `--profile=${name}`])
      expect(ended, ended.err).toMatchObject({ status: 2 })
    }
    expect(existsSync(home.config)).toBe(false)
  })

  test('A3: signs that drive a terminal are shown by their numbers', async () => {
    const { tokn } = openHome()
    const cases = [
      ['a\rb', inNames('0d')],
      ['a\nb', inNames('0a')],
      ['a\u001b[2Jb', inNames('1b')],
      ['a\u2028b', /\\u2028/],
      ['a\u202eb', /\\u202e/],
      [Buffer.from([0x61, 0xed, 0xa0, 0x80]).toString('latin1'), /./],
    ] as const
    for (const [name, shown] of cases) {
      const ended = await tokn(['token', '-P', name])
      expect(ended.status).toBe(2)
      expect(errorOf(ended)).toMatch(shown)
    }
  })

  test('A4: names of what every object has are refused, and pollute nothing', async () => {
    const { tokn } = openHome()
    for (const name of ['__proto__', 'constructor', 'prototype', 'tostring', 'valueof']) {
      expect(await tokn(['token', name])).toMatchObject({ status: 2 })
      expect((await tokn(['provider', 'show', name])).status).toBe(3)
    }
  })

  test('A5, A6, A7: one spelling, no nesting at dots, 64 signs at most', async () => {
    const { tokn, login } = await openWorld()
    for (const name of ['PROD', 'й', 'й', 'x'.repeat(65), 'x'.repeat(100_000)]) {
      expect((await login([], name)).status).toBe(2)
    }
    for (const name of ['my.prod', 'my', 'x'.repeat(64)])
      expect((await login([], name)).status).toBe(0)
    const { out } = await tokn(['profile', 'list', '--json'])
    const { profiles } = JSON.parse(out) as { profiles: { name: string }[] }
    expect(profiles.map(({ name }) => name)).toEqual(['my', 'my.prod', 'x'.repeat(64)])
  })

  test('A8: a secret on the command line is refused and not repeated', async () => {
    const { tokn } = openHome()
    const cases = [
      ['login', 'web', '--password', 'hunter2'],
      ['login', 'web', '--token=hunter2'],
      ['login', 'web', '--client-secret', 'hunter2'],
      ['login', 'web', '--passphrase', 'hunter2'],
      ['token', '--access-token=hunter2'],
      ['--refresh-token=hunter2', 'token'],
    ]
    for (const args of cases) {
      const ended = await tokn(args)
      expect(ended.status).toBe(2)
      expect(ended.err).not.toContain('hunter2')
    }
    expect((await tokn(['login', 'web', '--password', 'x'])).err).toContain('--password-stdin')
  })

  test('A9: one line end is taken off a secret, and what else is odd about it is refused', async () => {
    const { api, tokn } = await openWorld('oz')
    const { email = '', password = '' } = api.credentials
    const login = ['login', 'eye', ...addressOf(api), '--password-stdin']
    const cases: ReadonlyArray<readonly [string | Buffer, number]> = [
      [password, 0],
      [`${password}\n`, 0],
      [`${password}\r\n`, 0],
      [`${password}\n\n`, 2],
      ['two\nlines', 2],
      ['\n', 2],
      ['', 2],
      ['nul\0inside', 2],
      [Buffer.from([0xff, 0xfe, 0x41]), 2],
      [randomBytes(1_048_576).toString('hex'), 2],
    ]
    for (const [input, status] of cases) {
      const before = api.log.length
      const ended = await tokn(login, { input, env: { TOKN_EMAIL: email } })
      expect(ended, `${input.toString('latin1').slice(0, 20)}: ${ended.err}`).toMatchObject({
        status,
      })
      expect(api.log.length - before).toBe(status === 0 ? 1 : 0)
    }
    // A byte order mark is what editors add, and no part of a secret.
    const marked = await tokn(login, { input: `\ufeff${password}\n`, env: { TOKN_EMAIL: email } })
    expect(marked.status).toBe(0)
  })

  test.skipIf(!requirePart('script'))('A10: nobody is waited for at a terminal', async () => {
    const { home, tokn } = openHome()
    const login = ['login', 'eye', '--provider', 'oz', '--base-url', 'http://127.0.0.1:9']
    const env = { TOKN_EMAIL: 'a@b.example' }
    const nothing = await tokn([...login, '--password-stdin'], { env })
    expect(nothing.status).toBe(2)
    const line = `tokn ${login.join(' ')} --password-stdin`
    const typed = await startCommand(['script', '-qec', line, '/dev/null'], { home, env }).ended
    expect(typed.status).toBe(2)
    expect(typed.out).toContain('nothing on standard input')
    const closed = await startCommand(['sh', '-c', `${line} <&-`], { home, env }).ended
    expect(closed).toMatchObject({ status: 2, out: '' })
  })

  test('A11, A12: lifetimes and scopes that are none are refused before any request', async () => {
    const { api, tokn, login } = await openWorld('rightech')
    expect((await login()).status).toBe(0)
    const before = api.log.length
    const lifetimes = ['90', '0 days', '-1 days', '1e9 years', '90 днів', '30 minutes; rm', '']
    for (const lifetime of lifetimes) {
      const ended = await tokn(['issue', 'web', '--name', 'x', `--expires-in=${lifetime}`])
      expect(ended, lifetime).toMatchObject({ status: 2 })
    }
    for (const scope of ['GET /x\r\nPOST /y', 'GET /x\0', 'get /x', '', '\u001b[31m']) {
      if (scope.includes('\0')) continue
      const ended = await tokn(['issue', 'web', '--name', 'x', `--scope=${scope}`])
      expect(ended, scope).toMatchObject({ status: 2 })
    }
    expect(api.log.length).toBe(before)
  })

  test('A13: what is not an id revokes nothing', async () => {
    const { api, tokn, login } = await openWorld('rightech')
    await login()
    const before = api.log.length
    for (const id of ['', '*', '.', '..', '66a6../../tokens', 'a?b', 'a#b', '//evil', '\\evil']) {
      const ended = await tokn(['revoke', '-P', 'web', '--', id])
      expect([2, 3], `${id}: ${ended.err}`).toContain(ended.status)
    }
    const sent = api.log.slice(before)
    expect(sent.filter(({ method }) => method !== 'GET')).toEqual([])
  })

  test('A14: an argument that is too long for the system, or just not, does no harm', async () => {
    const { home, tokn } = openHome()
    const { error } = spawnSync(process.execPath, [program, 'x'.repeat(50_000_000)])
    expect(error).toMatchObject({ code: 'E2BIG' })
    const ended = await tokn(['token', 'x'.repeat(120_000)])
    expect(ended.status).toBe(2)
    expect(ended.err.length).toBeLessThan(1_000)
    expect(existsSync(home.config)).toBe(false)
  })

  test.skipIf(!requireParts('linux', 'bash'))('A15: output that nobody takes', async () => {
    const { home, login, strike } = await openWorld('rightech')
    await login()
    const many = Array.from({ length: 5_000 }, (_, index) => ({
      _id: index.toString(16).padStart(24, '0'),
      name: `n${index}`,
      scopes: [],
      expiresAt: 4_102_444_800_000,
    }))
    strike({ do: 'body', method: 'GET', body: many })
    const go = async (line: string) => await startCommand(['bash', '-c', line], { home }).ended
    const cut = await go('set -o pipefail; tokn list web | head -1')
    expect([0, 141]).toContain(cut.status)
    expect(cut.err).toBe('')
    const full = await go('tokn token web > /dev/full')
    expect(full).toMatchObject({ status: 1, out: '' })
    expect(full.err).toContain('could not write to standard output')
    // Node has put /dev/null in the place of a closed descriptor before we run; it must not get worse.
    expect(await go('tokn token web >&-')).toMatchObject({ out: '', err: '' })
  })
})
