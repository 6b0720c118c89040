import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { requirePart, requireParts } from '../support/parts.ts'
import { start, startCommand } from '../support/run.ts'
import { openWorld, type World } from './world.ts'

/** A session to run programs with; nothing here changes it. */
async function openSession(): Promise<World> {
  const world = await openWorld()
  expect((await world.login()).status).toBe(0)
  return world
}

const exec = (...command: readonly string[]) => ['exec', 'web', '-e', 'T', '--', ...command]

describe('a program that is run with a token', () => {
  test('H1, H2, H3: its end is ours', async () => {
    const { tokn } = await openSession()
    const cases: ReadonlyArray<readonly [readonly string[], number]> = [
      [exec('true'), 0],
      [exec('sh', '-c', 'exit 1'), 1],
      [exec('sh', '-c', 'exit 42'), 42],
      [exec('sh', '-c', 'exit 255'), 255],
      [exec('sh', '-c', 'kill -9 $$'), 137],
      [exec('sh', '-c', 'kill -15 $$'), 143],
      [exec('sh', '-c', 'kill -11 $$'), 139],
      [exec('no-such-program'), 127],
      [exec('/dev/null'), 126],
      [exec('.'), 126],
      [exec('/dev/null/x'), 126],
      [exec('x'.repeat(5_000)), 126],
      [exec(''), 127],
      [['exec', 'nobody', '--', 'touch', 'ran'], 111],
    ]
    for (const [args, status] of cases) {
      expect(await tokn(args), args.join(' ')).toMatchObject({ status, out: '' })
    }
  })

  test.skipIf(!requirePart('linux'))(
    'H4: gets the signals that we get, and nobody is left behind',
    async () => {
      const { home } = await openSession()
      const names = ['TERM', 'HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'WINCH', 'CONT']
      const turn = async (name: string) => {
        const ready = `ready-${name}`
        const script = `trap 'echo got ${name}; exit 7' ${name}; echo $$ > ${ready}.pid; touch ${ready}; while :; do sleep 0.02; done`
        const running = start(exec('sh', '-c', script), { home })
        while (!existsSync(join(home.work, ready))) await sleep(10)
        running.child.kill(`SIG${name}` as NodeJS.Signals)
        expect(await running.ended).toMatchObject({ status: 7, out: `got ${name}\n` })
      }
      await Promise.all(names.map(turn))
      // One that does nothing about it ends by it.
      const running = start(exec('sh', '-c', 'echo $$; exec sleep 20'), { home })
      await new Promise((resolve) => running.child.stdout?.once('data', resolve))
      running.child.kill('SIGTERM')
      const { status, out } = await running.ended
      expect(status).toBe(143)
      expect(existsSync(`/proc/${out.trim()}`)).toBe(false)
    },
  )

  test.skipIf(!requirePart('linux'))('H4: stops when we are stopped, and goes on', async () => {
    const { home } = await openSession()
    const running = start(exec('sh', '-c', 'touch up; sleep 0.6; echo done'), { home })
    while (!existsSync(join(home.work, 'up'))) await sleep(10)
    running.child.kill('SIGTSTP')
    await sleep(200)
    running.child.kill('SIGCONT')
    expect(await running.ended).toMatchObject({ status: 0, out: 'done\n' })
  })

  test('H5: sees the variable that was asked for, and no other secret', async () => {
    const { api, tokn } = await openSession()
    const hidden = Object.fromEntries(
      ['PASSWORD', 'PASSPHRASE', 'CLIENT_SECRET', 'REFRESH_TOKEN', 'SECRET_KEY', 'TOKEN']
        .flatMap((name) => [`TOKN_${name}`, `TOKN_${name}_FILE`, `TOKN_OTHER_${name}`])
        // That one would be the token itself.
        .filter((name) => name !== 'TOKN_TOKEN' && name !== 'TOKN_TOKEN_FILE')
        .map((name) => [name, 'hidden']),
    )
    delete hidden['TOKN_PASSPHRASE_FILE']
    const { status, out, err } = await tokn(exec('env'), { env: hidden })
    expect(status, err).toBe(0)
    const names = out.split('\n').filter((line) => /^TOKN_|hidden/.test(line))
    expect(names.map((line) => line.split('=')[0]).toSorted()).toEqual([
      'TOKN_AGENT_SOCK',
      'TOKN_EXEC',
      'TOKN_EXPIRES_AT',
      'TOKN_PROFILE',
      'TOKN_STORE',
    ])
    const token = api.state.tokens[0]?.access ?? ''
    expect(out.split(token)).toHaveLength(2)
    expect(out).not.toContain(api.state.tokens[0]?.refresh)
  })

  test.skipIf(!requirePart('linux'))('H6: inherits no file of ours', async () => {
    const { home, tokn } = await openSession()
    const line = ['node', '-e', 'console.log(require("fs").readdirSync("/proc/self/fd").length)']
    const bare = await startCommand(line, { home }).ended
    expect((await tokn(exec(...line))).out).toBe(bare.out)
    const targets = await tokn(exec('sh', '-c', 'ls -l /proc/self/fd'))
    expect(targets.out).not.toMatch(/tokn\/|sessions|locks|journal|config\.json/)
  })

  test('H7: gets its words as they are', async () => {
    const { tokn } = await openSession()
    const words = [
      'a b',
      '"q"',
      "it's",
      '$HOME',
      '`id`',
      '',
      '-x',
      '--json',
      '--',
      'l\nl',
      '*',
      'й\\',
    ]
    const script = 'console.log(JSON.stringify(process.argv.slice(1)))'
    const { out } = await tokn(exec('node', '-e', script, '--', ...words))
    expect(JSON.parse(out)).toEqual(words)
  })

  test('H8: does not keep others from the session', async () => {
    const { home, tokn, api } = await openSession()
    const running = start(
      exec('sh', '-c', 'touch up; while [ ! -e enough ]; do sleep 0.02; done; echo $T'),
      { home },
    )
    while (!existsSync(join(home.work, 'up'))) await sleep(10)
    expect((await tokn(['refresh', 'web', '--timeout', '3s'])).status).toBe(0)
    expect((await tokn(exec('touch', 'enough'))).status).toBe(0)
    const { status, out } = await running.ended
    expect(status).toBe(0)
    expect(out.trim()).toBe(api.state.tokens[0]?.access)
  })

  test.skipIf(!requireParts('script', 'bash'))('H10: has our terminal and input', async () => {
    const { home, tokn } = await openSession()
    expect((await tokn(exec('cat'), { input: 'in\n' })).out).toBe('in\n')
    const line = `tokn exec web -e T -- bash -ic 'test -t 0 && test -t 1 && echo terminal; set -o | grep monitor; sleep 0.05 & fg; echo over'`
    const { status, out } = await startCommand(['script', '-qec', line, '/dev/null'], { home })
      .ended
    expect(status, out).toBe(0)
    expect(out).toMatch(/terminal\r\nmonitor\s+on/)
    expect(out).toContain('over')
    expect(out).not.toContain('no job control')
  })
})
