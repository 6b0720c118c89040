import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
import { addressOf, startServers, type Servers } from '../support/servers.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'

const shell = `sh -c 'echo "pid=$$" >&2; exec "$@"' sh "$@"; echo "rc=$?" >&2; stty -a >&2`
const words = ['sh', '-c', shell, 'sh', process.execPath, program]

describe.skipIf(!hasTerminal())('a signal at a question', () => {
  let servers: Servers
  let home: Home
  beforeEach(async () => {
    servers = await startServers(['rightech', 'oz'])
    home = makeHome()
  })
  afterEach(async () => {
    home.remove()
    await servers.close()
  })

  const questions = {
    'the password': ['rightech', ['--username', 'ann', '--no-remember'], /Password/],
    'a token': ['oz', ['--with-token'], /Token of Oz API/],
  } as const

  test.each([
    ['SIGTERM', 143, 'the password', 'xterm'],
    ['SIGHUP', 129, 'the password', 'xterm'],
    ['SIGINT', 130, 'the password', 'xterm'],
    ['SIGTERM', 143, 'the password', 'dumb'],
    ['SIGHUP', 129, 'the password', 'dumb'],
    ['SIGINT', 130, 'the password', 'dumb'],
    ['SIGTERM', 143, 'a token', 'xterm'],
    ['SIGHUP', 129, 'a token', 'dumb'],
    ['SIGINT', 130, 'a token', 'xterm'],
  ] as const)('%s ends with %i, for %s, and leaves a usual %s', async (signal, rc, what, TERM) => {
    const [name, flags, question] = questions[what]
    const args = ['login', 'web', ...addressOf(servers.api(name)), ...flags]
    const terminal = openTerminal(args, home, { TERM }, words)
    const [, pid] = await terminal.until(/pid=(\d+)/)
    await terminal.until(question)
    process.kill(Number(pid), signal)
    await terminal.until(/rc=\d+/)
    const { err } = await terminal.ended
    expect(err).toContain(`rc=${rc}`)
    expect(err).toMatch(/[^-]isig icanon/)
    expect(err).toMatch(/[^-]echo /)
  })

  test('at a menu gives the cursor back', async () => {
    const args = ['login', 'web', ...addressOf(servers.api('rightech'))]
    const terminal = openTerminal(args, home, {}, words)
    const [, pid] = await terminal.until(/pid=(\d+)/)
    await terminal.until(/How to log in to Rightech/)
    process.kill(Number(pid), 'SIGTERM')
    const { err } = await terminal.ended
    expect(err).toContain('rc=143')
    expect(err).toMatch(/[^-]isig icanon/)
    expect(terminal.raw()).toMatch(/\u001b\[\?25h[^]*rc=143/)
  })
})
