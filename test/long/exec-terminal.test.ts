import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
import { requirePart, requireParts } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

let home: Home
let servers: Servers

beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'])
  const api = servers.api('hosterby')
  const ended = await run(['login', 'web', ...addressOf(api)], { home, env: credentialsOf(api) })
  expect(ended, ended.err).toMatchObject({ status: 0 })
})
afterAll(async () => {
  await servers.close()
  home.remove()
})

/** Counts each signal that it gets in a file, and says so; ends a moment after SIGTERM. */
const counter = `
  const { writeSync } = require('node:fs')
  const say = (text) => writeSync(2, text + '\\n')
  for (const name of ['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGWINCH', 'SIGUSR1', 'SIGCONT']) {
    process.on(name, () => say('got ' + name))
  }
  process.on('SIGTERM', () => { say('got SIGTERM'); setTimeout(() => process.exit(7), 50) })
  if (process.argv[1] === 'deaf') setInterval(() => {}, 1_000)
  else {
    process.stdin.on('data', (text) => say('read ' + text.toString().trim()))
    process.stdin.on('end', () => process.exit(5))
  }
  say('counter ' + process.pid)
`

const shells = [
  ['bash', ['bash', '--norc', '--noprofile', '-i']],
  ['zsh', ['zsh', '-f', '-i']],
] as const

describe.skipIf(!hasTerminal())('exec in a terminal', () => {
  const open = (words: readonly string[]) => {
    const terminal = openTerminal([], home, { COUNTER: counter, PS1: '$ ' }, words)
    return terminal
  }
  const line = 'tokn exec web -- node -e "$COUNTER" reading >&2\n'
  const count = (shown: string, what: string) => shown.split(`got ${what}`).length - 1

  for (const [name, words] of shells) {
    const there = requirePart(name)
    test.skipIf(!there)(`${name}: Ctrl-C and Ctrl-\\ reach it once`, async () => {
      const terminal = open(words)
      terminal.type(line)
      await terminal.until(/counter (\d+)/)
      terminal.type('\u0003')
      await terminal.until(/got SIGINT/)
      terminal.type('\u001c')
      await terminal.until(/got SIGQUIT/)
      terminal.type('one\n')
      await terminal.until(/read one/)
      terminal.type('\u0004')
      terminal.type('echo "status $?" >&2\n')
      await terminal.until(/status 5/)
      expect(count(terminal.shown(), 'SIGINT')).toBe(1)
      expect(count(terminal.shown(), 'SIGQUIT')).toBe(1)
      terminal.type('exit\n')
      await terminal.ended
    })

    test.skipIf(!there)(`${name}: Ctrl-Z stops both, fg continues both`, async () => {
      const terminal = open(words)
      terminal.type(line)
      const [, pid = ''] = await terminal.until(/counter (\d+)/)
      const state = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.[0]
      terminal.type('\u001a')
      await terminal.until(/[Ss](topped|uspended)/)
      expect(state()).toBe('T')
      terminal.type('fg\n')
      await terminal.until(/got SIGCONT/)
      expect(state()).not.toBe('T')
      terminal.type('two\n')
      await terminal.until(/read two/)
      terminal.type('\u0004')
      terminal.type('echo "status $?" >&2; exit\n')
      await terminal.until(/status 5/)
      expect(count(terminal.shown(), 'SIGCONT')).toBeGreaterThan(0)
      await terminal.ended
    })

    test.skipIf(!there)(`${name}: bg continues both, and kill ends both`, async () => {
      const terminal = open(words)
      terminal.type(line.replace('reading', 'deaf'))
      await terminal.until(/counter (\d+)/)
      terminal.type('\u001a')
      await terminal.until(/[Ss](topped|uspended)/)
      terminal.type('bg\n')
      await terminal.until(/got SIGCONT/)
      // A signal that a shell sends to a job of its own goes to the whole of it.
      terminal.type('kill %1; wait %1; echo "status $?" >&2\n')
      await terminal.until(/status \d+/)
      expect(terminal.shown()).toContain('status 7')
      expect(count(terminal.shown(), 'SIGTERM')).toBe(1)
      terminal.type('exit\n')
      await terminal.ended
    })

    test.skipIf(!there)(`${name}: a shell inside that is suspended suspends exec`, async () => {
      const terminal = open(words)
      terminal.type('tokn exec web -- bash --norc --noprofile -i >&2\n')
      terminal.type('echo "inner $((40 + 2))" >&2; suspend\n')
      await terminal.until(/inner 42/)
      terminal.type('echo "outer $((1 + 1))" >&2\n')
      await terminal.until(/outer 2/)
      expect(terminal.shown()).toMatch(/[Ss](topped|uspended)/)
      terminal.type('fg\n')
      terminal.type('echo "again $((6 * 7))" >&2; exit 9\n')
      await terminal.until(/again 42/)
      terminal.type('echo "status $?" >&2; exit\n')
      await terminal.until(/status 9/)
      await terminal.ended
    })
  }

  test('Ctrl-C and a new size reach it once, where its input is a file', async () => {
    const terminal = open(['bash', '--norc', '--noprofile', '-i'])
    terminal.type(line.replace('reading', 'deaf </dev/null'))
    const [, pid = ''] = await terminal.until(/counter (\d+)/)
    terminal.type('\u0003')
    await terminal.until(/got SIGINT/)
    execFileSync('stty', ['-F', readlinkSync(`/proc/${pid}/fd/2`), 'cols', '120'])
    await terminal.until(/got SIGWINCH/)
    // By somebody else, and so for us alone.
    const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
    process.kill(parent, 'SIGUSR1')
    await terminal.until(/got SIGUSR1/)
    process.kill(parent, 'SIGTERM')
    terminal.type('echo "status $?" >&2; exit\n')
    await terminal.until(/status 7/)
    const shown = terminal.shown()
    for (const signal of ['SIGINT', 'SIGWINCH', 'SIGUSR1', 'SIGTERM']) {
      expect({ signal, times: count(shown, signal) }).toEqual({ signal, times: 1 })
    }
    await terminal.ended
  })

  test('it ends with the terminal, and leaves nothing', async () => {
    const terminal = open(['bash', '--norc', '--noprofile', '-i'])
    terminal.type('tokn exec web --file T -- sh -c \'echo "at $T $$"; cat\' >&2\n')
    const [, path = '', pid = ''] = await terminal.until(/at (\/\S+) (\d+)/)
    expect(existsSync(path)).toBe(true)
    terminal.hangUp()
    await until(() => !existsSync(path) && !existsSync(`/proc/${pid}`))
    expect([path, `/proc/${pid}`].filter((one) => existsSync(one))).toEqual([])
  })

  test('in a pipeline it ends as the others do, and its end is the last one alone', async () => {
    const terminal = open(['bash', '--norc', '--noprofile', '-i'])
    terminal.type('tokn exec web -- yes | head -n 1 >&2; echo "status ${PIPESTATUS[*]}" >&2\n')
    expect((await terminal.until(/status (\d+ \d+)/))[1]).toBe('141 0')
    terminal.type('tokn exec web -- sleep 60 | cat\n')
    await terminal.until(/sleep 60 \| cat/)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    terminal.type('\u0003')
    terminal.type('echo "after ${PIPESTATUS[*]}" >&2; exit\n')
    expect((await terminal.until(/after (\d+ \d+)/))[1]).toBe('130 130')
    await terminal.ended
  })
})

describe.skipIf(!requireParts('linux', 'pid namespace'))('exec as the first process', () => {
  test('passes signals on and ends with its program, whatever that leaves', async () => {
    const words = ['exec', 'web', '--', 'sh', '-c']
    const first = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
    const line = (script: string) => [...first, process.execPath, program, ...words, script]
    // A child of its child outlives that, and is nobody's then.
    const left = await startCommand(line('(sleep 0.3 &) ; sleep 1; exit 6'), { home }).ended
    expect(left).toEqual({ status: 6, out: '', err: '' })
    const script = 'trap "echo told; exit 8" TERM; echo $PPID; kill -TERM $PPID; sleep 5 & wait'
    const told = await startCommand(line(script), { home }).ended
    expect(told).toEqual({ status: 8, out: '1\ntold\n', err: '' })
  })
})
