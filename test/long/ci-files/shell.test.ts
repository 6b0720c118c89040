import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openWorld } from '../../catalogue/world.ts'
import { requirePart, requireParts } from '../../support/parts.ts'
import { startCommand } from '../../support/run.ts'
import { until } from '../../support/until.ts'
import { ciFiles } from '../../support/yaml.ts'
import { holdersIn, loginOf } from '../ci-job.ts'

const able = requireParts('linux', 'bash', 'dash')
const job = join(ciFiles, 'job.sh')

/** A job at an API that revokes. */
async function openJob() {
  const { api, home } = await openWorld('rightech')
  const surroundings = { TOKN_STORE: undefined, TOKN_STORE_KEY: undefined, CI: 'true' }
  const start = (
    shell: readonly string[],
    command: readonly string[],
    env: Parameters<typeof startCommand>[1]['env'] = {},
  ) =>
    startCommand([...shell, job, ...command], {
      home,
      env: { ...surroundings, ...loginOf(api), ...env },
    })
  const secrets = () => [
    ...Object.values(api.credentials),
    ...api.state.tokens.map(({ access }) => access),
  ]
  return { api, home, start, secrets }
}

const shells: readonly (readonly [string, readonly string[]])[] = [
  ['dash', ['dash']],
  ['bash', ['bash']],
  ...(requirePart('busybox') ? [['busybox', ['busybox', 'sh']] as const] : []),
]

describe.skipIf(!able)('the job in a POSIX shell', () => {
  test.each(shells)('has one login, and ends it: %s', async (_, shell) => {
    const { api, home, start, secrets } = await openJob()
    const program = [
      'set -e',
      'test "$(tokn token)" = "$(tokn token)"',
      'tokn exec -e T -- sh -c \'test -n "$T"\'',
      'env > seen-env',
      'echo "$1:$2:$(cat)"',
    ].join('\n')
    writeFileSync(join(home.work, 'program'), program)
    const { child, ended } = start(shell, ['sh', 'program', 'one two', '$HOME'])
    child.stdin?.end()
    const { status, out, err } = await ended
    expect({ status, out }, err).toEqual({ status: 0, out: 'one two:$HOME:\n' })
    expect(api.state.counts.logins).toBe(1)
    expect(api.state.live).toEqual([])
    expect(holdersIn(home)).toEqual([])
    expect(secrets().filter((secret) => err.includes(secret))).toEqual([])
    const seen = readFileSync(join(home.work, 'seen-env'), 'utf8')
    expect(seen.match(/^TOKN_\w+/gm)).toEqual(['TOKN_AGENT_SOCK'])
  })

  test.each([
    ['no-such-program', 127],
    ['exit 42', 42],
  ] as const)('gives the status of its command: %s', async (command, expected) => {
    const { api, start } = await openJob()
    const line = command === 'exit 42' ? ['sh', '-c', command] : [command]
    const { status, err } = await start(['dash'], line).ended
    expect(status, err).toBe(expected)
    expect(api.state.live).toEqual([])
  })

  test('fails where the login does, and runs nothing', async () => {
    const { home, start } = await openJob()
    const wrong = { TOKN_PASSWORD: 'another-password' }
    const { status, out } = await start(['dash'], ['echo', 'begun'], wrong).ended
    expect({ status, out }).toEqual({ status: 4, out: '' })
    await until(() => holdersIn(home).length === 0)
  })

  test.each([
    [0, 12],
    [3, 3],
  ])('says where the end fails of a session whose command gave %d', async (given, expected) => {
    const { api, home, start } = await openJob()
    const program = `touch begun; until test -e go; do sleep 0.1; done; exit ${given}`
    const { ended } = start(['dash'], ['sh', '-c', program])
    await until(() => existsSync(join(home.work, 'begun')))
    api.control.replaceFaults([{ do: 'drop-before' }])
    writeFileSync(join(home.work, 'go'), '')
    const { status, err } = await ended
    expect(status, err).toBe(expected)
    expect(err).toContain('its tokens may still be alive at the provider')
  })

  test.each([
    ['dash', 'SIGTERM', 143],
    ['bash', 'SIGINT', 130],
    ['dash', 'SIGHUP', 129],
    ['dash', 'SIGKILL', -1],
  ] as const)('ends the session: %s, %s to all of it', async (shell, signal, expected) => {
    const { api, home, start } = await openJob()
    const { child, ended } = start([shell], ['sleep', '50'])
    await until(() => sleeps(child.pid ?? 0))
    expect(api.state.live).toHaveLength(1)
    process.kill(-(child.pid ?? 0), signal)
    expect((await ended).status).toBe(expected)
    await until(() => api.state.live.length === 0 && holdersIn(home).length === 0)
  })
})

/** Whether the shell has come to its command. */
function sleeps(pid: number): boolean {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    return children.some((one) =>
      readFileSync(`/proc/${one}/cmdline`, 'utf8').startsWith('sleep\0'),
    )
  } catch {
    return false
  }
}
