import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers
beforeEach(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'])
  const api = servers.api('hosterby')
  const args = ['login', 'web', ...addressOf(api)]
  expect(await run(args, { home, env: credentialsOf(api) })).toMatchObject({ status: 0 })
})
afterEach(async () => {
  await servers.close()
  home.remove()
})

const container = ['unshare', '--pid', '--fork', '--mount-proc']
const shell = (script: string) => [...container, 'sh', '-c', script]

/** The process of the command itself, by its id out here. */
function findCommand(): number | undefined {
  const read = (pid: string, what: string) => {
    try {
      return readFileSync(`/proc/${pid}/${what}`, 'utf8')
    } catch {
      return ''
    }
  }
  const pid = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((name) => read(name, 'environ').includes(`${home.path}/`))
    .find((name) =>
      /^[^\0]*node\0[^\0]*tokn\.js\0(refresh|token|exec)\0/.test(read(name, 'cmdline')),
    )
  return pid === undefined ? undefined : Number(pid)
}

/** Ends a command by `signal` when the server has its request, and answers after that. */
async function interrupt(line: readonly string[], signal: NodeJS.Signals) {
  const api = servers.api('hosterby')
  api.control.replaceFaults([{ do: 'delay', ms: 600, path: '/token/refresh' }])
  const running = startCommand(line, { home }).ended
  while (!api.log.some(({ path }) => path === '/token/refresh')) await sleep(5)
  process.kill(findCommand() ?? 0, signal)
  const ended = await running
  api.control.replaceFaults([])
  return ended
}

/** Every refresh was ended, and no other had to be made for what it got. */
async function nothingWasLost(): Promise<void> {
  const api = servers.api('hosterby')
  expect(api.state.counts.refreshes).toBe(1)
  const { status, out, err } = await run(['token', 'web'], { home })
  expect(status, err).toBe(0)
  expect(api.state.live).toEqual([out.trim()])
  expect(api.state.counts.refreshes).toBe(1)
}

const able = requirePart('root') && requirePart('unshare')

describe.skipIf(!able)('where the end of a command is the end of everything', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    'the first process of a container waits for its refresh, at %s',
    async (signal) => {
      const ended = await interrupt([...container, 'tokn', 'refresh', 'web'], signal)
      expect(ended).toMatchObject({ status: 130, out: '' })
      expect(ended.err).toContain(`ended by ${signal}, after the refresh under way`)
      await nothingWasLost()
    },
  )

  test.each([
    ['refresh web', 'SIGTERM', 143],
    ['token web --refresh force', 'SIGINT', 130],
    ['refresh web', 'SIGHUP', 129],
    ['exec web --refresh force -e T -- true', 'SIGTERM', 143],
  ] as const)(
    'so does what the first one waits for: tokn %s, at %s',
    async (args, signal, status) => {
      const ended = await interrupt(shell(`tokn ${args}; echo "ended $?"`), signal)
      expect(ended.out).toBe(`ended ${status}\n`)
      await nothingWasLost()
    },
  )

  test('without a signal nothing is different', async () => {
    const ended = await startCommand([...container, 'tokn', 'refresh', 'web'], { home }).ended
    expect(ended, ended.err).toMatchObject({ status: 0 })
    await nothingWasLost()
  })
})
