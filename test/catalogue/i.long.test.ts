import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../support/home.ts'
import { listFiles } from '../support/files.ts'
import { hasPart, requirePart } from '../support/parts.ts'
import { startCommand } from '../support/run.ts'
import { credentialsOf } from '../support/servers.ts'
import { openHome, openWorld, pasteToken } from './world.ts'

describe('with nobody there', () => {
  test.skipIf(!requirePart('script'))(
    'I1: nobody is waited for, and what to set is named',
    async () => {
      const { home, tokn } = openHome()
      const login = ['login', 'web', '--provider', 'oz', '--base-url', 'http://127.0.0.1:9']
      const bare = await tokn(login)
      expect(bare).toMatchObject({ status: 4 })
      expect(bare.err).toContain('TOKN_EMAIL')
      expect((await tokn(['token', 'web'])).status).toBe(3)
      for (const variable of ['CI=true', 'TOKN_NO_INPUT=1']) {
        const line = ['script', '-qec', `env ${variable} tokn ${login.join(' ')}`, '/dev/null']
        const { status, out } = await startCommand(line, { home }).ended
        expect(status).toBe(4)
        expect(out).toContain('TOKN_EMAIL')
      }
      const { home: other, tokn: toknThere } = openHome()
      const locked = { TOKN_STORE_KEY: undefined }
      const stored = await toknThere(pasteToken, { input: 'abcdef', env: locked })
      expect(stored).toMatchObject({ status: 8 })
      expect(stored.err).toMatch(/TOKN_STORE_KEY|TOKN_PASSPHRASE/)
      expect(listFiles(other.sessions)).toEqual([])
    },
  )

  test('I2, I3: a passphrase by variable or by file, less one line end', async () => {
    const { home, tokn } = openHome()
    const none = { TOKN_STORE_KEY: undefined }
    const file = join(home.work, 'passphrase')
    writeFileSync(file, 'correct horse\n', { mode: 0o600 })
    const login = await tokn(pasteToken, {
      input: 'abcdef',
      env: { ...none, TOKN_PASSPHRASE_FILE: file },
    })
    expect(login).toMatchObject({ status: 0 })
    const given = { ...none, TOKN_PASSPHRASE: 'correct horse' }
    expect((await tokn(['token', 'web'], { env: given })).out).toBe('abcdef\n')
    // The variable wins, as it does for every other secret.
    const both = { ...given, TOKN_PASSPHRASE_FILE: '/nowhere' }
    expect((await tokn(['token', 'web'], { env: both })).status).toBe(0)
    writeFileSync(file, 'correct horse\n\n')
    const doubled = await tokn(['token', 'web'], { env: { ...none, TOKN_PASSPHRASE_FILE: file } })
    expect(doubled.status).toBe(2)
    const wrong = await tokn(['token', 'web'], { env: { ...none, TOKN_PASSPHRASE: 'correct' } })
    expect(wrong).toMatchObject({ status: 8 })
    expect((await tokn(['token', 'web'], { env: none })).status).toBe(8)
  })

  for (const signal of ['INT', 'TERM']) {
    test.skipIf(!requirePart('script') || !requirePart('timeout'))(
      `I2: the terminal echoes again after SIG${signal} at a prompt`,
      async () => {
        const { home, tokn } = openHome()
        const env = { TOKN_STORE_KEY: undefined, TOKN_PASSPHRASE: 'p' }
        expect((await tokn(pasteToken, { input: 'abcdef', env })).status).toBe(0)
        const script = `stty -a > before; timeout --foreground -s ${signal} 1 tokn token web; echo "ended $?"; stty -a > after; cmp before after && echo same`
        const line = ['script', '-qec', `sh -c '${script}'`, '/dev/null']
        const unset = { TOKN_STORE_KEY: undefined }
        const { out } = await startCommand(line, { home, env: unset }).ended
        expect(out.replaceAll(/\s/g, '')).toContain('Passphrase')
        expect(out, out).toContain('same')
        expect(out).not.toContain('abcdef')
      },
    )
  }

  test.skipIf(!requirePart('setpriv'))(
    'I7: without a home, a name or a place to write, a job gets its token',
    async () => {
      const world = await openWorld('hosterby')
      const place = join(world.home.path, 'program')
      for (const part of ['bin', 'dist', 'package.json']) {
        cpSync(join(root, part), join(place, part), { recursive: true })
      }
      mkdirSync(join(world.home.path, 'empty'))
      execFileSync('chmod', ['-R', 'a+rX', world.home.path])
      const env = {
        ...Object.fromEntries(Object.keys(world.home.environment).map((name) => [name, undefined])),
        ...credentialsOf(world.api),
        PATH: world.home.environment['PATH'],
        TOKN_PROVIDER: 'hosterby',
        TOKN_BASE_URL: world.api.baseUrl,
        TOKN_STORE: 'memory',
      }
      const start = `${process.execPath} ${join(place, 'bin/tokn.js')}`
      const user = 'exec setpriv --reuid=54321 --regid=54321 --clear-groups'
      // The first process of a container, in a root that cannot be written to.
      const readOnly = `exec unshare -p -f -m sh -c 'mount -o remount,bind,ro / && ${user} ${start} token'`
      const able = hasPart('pid namespace') && hasPart('read-only root')
      const lines = [`${user} ${start} token`, ...(able ? [readOnly] : [])]
      for (const line of lines) {
        const ended = await startCommand(['sh', '-c', line], { home: world.home, env }).ended
        expect(ended, ended.err).toMatchObject({ status: 0 })
        expect(world.api.state.live).toContain(ended.out.trim())
      }
      expect(listFiles(join(world.home.path, 'empty'))).toEqual([])
    },
  )

  test('I8: two jobs with the same stored session: the later one is told', async () => {
    const world = await openWorld('hosterby')
    await world.login()
    const copy = openHome()
    for (const part of ['config', 'data', 'state']) {
      const from = join(world.home.path, part)
      if (listFiles(from).length > 0) cpSync(from, join(copy.home.path, part), { recursive: true })
    }
    const env = { TOKN_STORE_KEY: world.home.environment['TOKN_STORE_KEY'] }
    expect((await world.tokn(['refresh', 'web'])).status).toBe(0)
    const seen = world.api.log.length
    const ended = await copy.tokn(['refresh', 'web'], { env })
    expect(ended).toMatchObject({ status: 4 })
    expect(ended.err).toContain('tokn login web')
    expect(world.api.log.length - seen).toBeLessThanOrEqual(2)
    expect((await world.tokn(['token', 'web'])).status).toBe(0)
  })
})
