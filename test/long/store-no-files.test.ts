import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startStrictServer } from '../heavy/support/fleet/strict-server.ts'
import { startEngine } from '../support/engines.ts'
import { makeHome, program, type Environment } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'

/** What could make a file or a folder, or change one. */
const calls = 'open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,unlink'
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

test.runIf(requirePart('strace') && requirePart('redis'))(
  'a job of three variables makes and writes no file anywhere, and gives none of them to its programs',
  async () => {
    const [server, provider, home, traces] = [
      await startEngine('redis'),
      await startStrictServer(),
      makeHome(),
      makeHome(),
    ]
    onTestFinished(async () => {
      await Promise.all([server.close(), provider.close()])
      for (const one of [home, traces]) one.remove()
    })
    const key = randomBytes(32).toString('base64url')
    const env: Environment = {
      ...{ TOKN_STORE: undefined, TOKN_STORE_URL: server.url, TOKN_STORE_KEY: key },
      ...{ TOKN_PROFILE: 'web', TOKN_STORE_PASSWORD: server.password, TOKN_STORE_NEW_KEY: key },
      ...{ TOKN_FROM_STORE_KEY: key, TOKN_FROM_STORE_URL: server.url },
      ...{ XDG_CONFIG_HOME: undefined, XDG_STATE_HOME: undefined, XDG_DATA_HOME: undefined },
      XDG_CACHE_HOME: undefined,
    }
    const login = `login web --issuer http://127.0.0.1:${provider.port} --client-id client --flow client --no-remember`
    const made = await run(login.split(' '), { home, env: { ...env, TOKN_CLIENT_SECRET: 'it' } })
    expect(made, made.err).toMatchObject({ status: 0 })
    const [empty, readOnly] = [join(home.path, 'empty'), join(home.path, 'read-only')]
    for (const folder of [empty, readOnly]) mkdirSync(folder)
    chmodSync(readOnly, 0o555)
    chmodSync(empty, 0o777)
    // Without HOME it is that of the user, where root may have kept something: whoever is nobody gets to the homes of tests by this.
    for (const folder of [home.path, home.work]) chmodSync(folder, 0o755)
    chmodSync(traces.path, 0o777)
    const homes: ReadonlyArray<readonly [string, string | undefined, boolean]> = [
      ['empty', empty, true],
      ['unset', undefined, true],
      ['read-only', readOnly, true],
      ['of nobody', '/nonexistent', true],
    ]
    const lines = [
      ...['token', 'header', 'env --shell sh', 'exec -- env', 'status', 'store list'],
      `curl -- --silent http://127.0.0.1:${provider.port}/`,
      ...['refresh', 'info', 'check', 'credential docker list'],
    ]
    for (const [at, line] of lines.entries()) {
      // Each line in two of the homes, and two of the lines in all.
      const chosen = at === 0 || at === 4 ? homes : homes.filter((_, of) => (of + at) % 2 === 0)
      for (const [what, HOME, isNobody] of chosen) {
        const output = join(traces.path, `${at}-${what}`)
        const strace = ['strace', '-f', '--quiet=all', '-e', `trace=${calls}`, '-o', output]
        const user = isNobody && process.geteuid?.() === 0 ? asNobody : []
        const words = [...user, ...strace, process.execPath, program, ...line.split(' ')]
        const ended = await startCommand(words, { home, env: { ...env, HOME } }).ended
        const where = `${line}, home ${what}: ${ended.err}`
        if (!line.startsWith('curl')) expect(ended, where).toMatchObject({ status: 0 })
        const written = readFileSync(output, 'utf8')
          .split('\n')
          .filter((text) => /O_CREAT|O_WRONLY|O_RDWR|mkdir|rename|link\(|linkat|unlink/.test(text))
          .filter((text) => !/"\/dev\/|"\/proc\/|= -1 /.test(text))
        expect(written, where).toEqual([])
        if (line.startsWith('exec')) {
          expect(ended.out).toContain('TOKN_EXPIRES_AT')
          expect(ended.out).not.toMatch(/TOKN_(?:STORE|FROM)_/)
          for (const secret of [key, server.password]) expect(ended.out).not.toContain(secret)
        }
      }
    }
    expect(readdirSync(empty)).toEqual([])
  },
)
