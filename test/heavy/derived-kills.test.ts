import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
import { copyProfiles } from '../support/many-profiles.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers
let later: readonly string[]

beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'])
  const api = servers.api('hosterby')
  await run(['login', 'web', ...addressOf(api)], { home, env: credentialsOf(api) })
  copyProfiles(home, 300)
  const script = join(home.path, 'later.cjs')
  const clock = JSON.stringify(join(import.meta.dirname, '../support/shifted-clock.cjs'))
  writeFileSync(script, `require(${clock})(10_000)\n`)
  later = ['--require', script]
})

afterAll(async () => {
  await servers.close()
  home.remove()
})

const cache = () => join(home.path, 'cache', 'tokn')
const forget = () => rmSync(cache(), { recursive: true, force: true })
const names = ['mkdir', 'openat', 'fchmod', 'pwrite64', 'rename', 'renameat']

async function underStrace(args: readonly string[], strace: readonly string[]) {
  const line = ['strace', '-qq', '-y', ...strace, process.execPath, ...later, program, ...args]
  return await startCommand(line, { home }).ended
}

/** The calls by which a command writes what it makes of the profiles and the index. */
async function callsOf(args: readonly string[]): Promise<ReadonlyArray<readonly [string, number]>> {
  const trace = join(home.path, 'trace')
  const ended = await underStrace(args, ['-e', `trace=${names.join()}`, '-o', trace])
  expect(ended.status, ended.err).toBe(0)
  const counts = new Map<string, number>()
  return readFileSync(trace, 'utf8')
    .split('\n')
    .flatMap((call): ReadonlyArray<readonly [string, number]> => {
      const name = /^(\w+)\(/.exec(call)?.[1] ?? ''
      const ordinal = (counts.get(name) ?? 0) + 1
      counts.set(name, ordinal)
      const writing = name !== 'openat' || call.includes('O_CREAT')
      return writing && call.includes(cache()) ? [[name, ordinal]] : []
    })
}

describe.skipIf(!requirePart('strace'))(
  'a command is killed where it writes what it has made of',
  () => {
    it.each([
      ['the profiles', ['token', 'web'], true],
      ['the choice among them', ['token'], true],
      ['the index', ['list', '--local', '--json', '--fields', 'saved_as,id'], true],
      ['the index, where there is an older one', ['list', '--local', '--plain'], false],
    ] as const)('%s, and the next one is right', async (_, args, anew) => {
      forget()
      const { out } = await run(args, { home, node: later })
      const start = () => {
        if (anew) return forget()
        // Something has changed since: the folder of the index is another one.
        const other = join(home.path, 'state', 'tokn', 'index', 'copy-other.json')
        writeFileSync(other, '{}', { mode: 0o600 })
        rmSync(other)
      }
      start()
      const calls = await callsOf(args)
      expect(calls.map(([name]) => name)).toEqual(
        expect.arrayContaining(['openat', 'pwrite64', 'rename']),
      )
      for (const [name, ordinal] of calls) {
        start()
        const killed = `inject=${name}:signal=SIGKILL:when=${ordinal}`
        await underStrace(args, ['-o', '/dev/null', '-e', `trace=${name}`, '-e', killed])
        // At once, from what was left, and once more from what was made of that.
        for (const _ of [1, 2]) {
          expect(await run(args, { home, node: later })).toMatchObject({ status: 0, out, err: '' })
        }
      }
      const left = readdirSync(cache(), { recursive: true, encoding: 'utf8' })
      expect(left.filter((name) => !name.endsWith('.tmp')).length).toBeGreaterThan(0)
    })
  },
)
