import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeHome } from '../support/home.ts'
import { run } from '../support/run.ts'

const home = makeHome()
afterAll(() => home.remove())

const oauth = 'login work --issuer https://127.0.0.1:1 --client-id x'
const refused: ReadonlyArray<readonly [command: string, flag: string]> = [
  ['login a -p hosterby --no-browser', '--no-browser'],
  ['login a -p rightech --qr --base-url http://127.0.0.1:1', '--qr'],
  ['login a -p mcs --clipboard', '--clipboard'],
  ['login a -p mcs --username x', '--username'],
  ['login a -p hosterby --force', '--force'],
  ['login a -p oz --force --base-url http://127.0.0.1:1', '--force'],
  [`${oauth} --force`, '--force'],
  [`${oauth} --override scopes.list=/scopes`, '--override'],
  ['login a -p github --client-id x --override scopes.list=/scopes --dry-run', '--override'],
  [`${oauth} --flow client --qr`, '--qr'],
  [`${oauth} --flow exchange --clipboard`, '--clipboard'],
  [`${oauth} --flow jwt --no-browser`, '--no-browser'],
  [`${oauth} --flow client --username x`, '--username'],
  [`${oauth} --flow client --redirect-port 80`, '--redirect-port'],
  [`${oauth} --flow device --redirect-port 80`, '--redirect-port'],
  [`${oauth} --flow client --subject-token-file secret`, '--subject-token-file'],
  [`${oauth} --flow client --assertion-file secret`, '--assertion-file'],
  [`${oauth} --flow exchange --assertion-file secret`, '--assertion-file'],
  [`${oauth} --flow client --name x`, 'a name'],
  ['login a -p hosterby --remember --no-remember', '--no-remember'],
  ['login a -p oz --base-url http://127.0.0.1:1 --username a --set username=b', '--set'],
  ['login a -p hosterby --with-token --remember', '--remember'],
  ['login a -p mcs --with-token --force', '--force'],
]

const env = {
  TOKN_PASSWORD: 'p',
  TOKN_CLIENT_SECRET: 'c',
  TOKN_SUBJECT_TOKEN: 's',
  TOKN_ASSERTION: 'a',
  TOKN_ACCESS_KEY: 'k',
  TOKN_SECRET_KEY: 'k',
  TOKN_CLIENT_ID: 'i',
  TOKN_REFRESH_TOKEN: 'r',
}

describe('a flag that a login would not read', () => {
  it.each(refused)('%s', async (command, flag) => {
    writeFileSync(join(home.work, 'secret'), 'value\n')
    const { status, out, err } = await run(command.split(' '), { home, env, input: 'token' })
    expect(err).toContain(flag)
    expect([status, out]).toEqual([2, ''])
  })

  it.each([
    [`${oauth} --flow password --username x`, 7],
    [`${oauth} --flow jwt --assertion-file secret`, 7],
    [`${oauth} --flow exchange --subject-token-file secret`, 7],
    [`${oauth} --flow code --redirect-port 8099 --no-browser --qr`, 7],
    ['login a -p oz --base-url http://127.0.0.1:1 --username a', 7],
    ['provider test oz --base-url http://127.0.0.1:1 -P nope', 3],
  ])('but one that it reads: %s', async (command, expected) => {
    writeFileSync(join(home.work, 'secret'), 'value\n')
    const { status, err } = await run(command.split(' '), { home, env })
    expect([status, err]).toEqual([expected, expect.any(String)])
  })
})

describe('a flag that a login cannot use as it was given', () => {
  it.each([
    [['-p', ''], '--provider is empty'],
    [['-p', 'oz', '--override', 'a'], '--override takes PATH=VALUE'],
    [['-p', 'oz', '--set', 'a'], '--set takes NAME=VALUE'],
    [
      ['-p', 'oauth', '--flow', 'jwt', '--client-id', 'x', '--assertion-file', '/nope'],
      'cannot read /nope: no such file or directory',
    ],
  ])('%j', async (flags, message) => {
    const words = ['login', 'web', '--base-url', 'http://127.0.0.1:1', '--no-input', ...flags]
    const { status, out, err } = await run(words, { home })
    expect(err.split('\n')[0]).toBe(`tokn: error: ${message}`)
    expect([status, out]).toEqual([2, ''])
  })
})
