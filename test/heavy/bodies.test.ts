import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import { findLoss } from './support/killing.ts'
import type { Ended } from './support/process.ts'
import { inParallel } from './support/random.ts'
import { outcomeOf, refreshRequestFor } from './support/syscalls.ts'
import { openWorld, type World } from './support/world.ts'

const mebibyte = 1_048_576
const growthLimit = 64 * mebibyte
// A bounded exchange, the start of two processes, and a busy machine.
const slack = 5_000

interface Measured extends Ended {
  /** Most memory of the process that spoke to the server, in bytes. */
  readonly peak: number
}

async function measure(world: World, args: readonly string[], input?: string): Promise<Measured> {
  const path = join(world.directory, 'peak')
  const hook = join(import.meta.dirname, 'support/peak.cjs')
  const options = { node: ['--require', hook], environment: { TOKN_TEST_PEAK: path } }
  const ended = await world.run(args, input === undefined ? options : { ...options, input })
  return { ...ended, peak: Number(readFileSync(path, 'utf8')) }
}

// What is packed is judged when all of it has come: until then it is short, and the deadline holds.
const faults: ReadonlyArray<readonly [string, Fault, code: string]> = [
  ['600 MB', { do: 'huge', bytes: 600 * mebibyte }, 'provider_nonsense'],
  ['a body without end', { do: 'huge' }, 'provider_nonsense'],
  ['a gzip bomb of 300 MiB', { do: 'gzip-bomb' }, 'provider_nonsense'],
  ['a gzip bomb of 3 GiB', { do: 'gzip-bomb', bytes: 3_072 * mebibyte }, 'either'],
  // Its status is an answer, however much comes after it.
  ['an error of 8 MiB', { do: 'status', status: 500, body: 'x'.repeat(8 * mebibyte) }, 'network'],
  ['an endless drip', { do: 'drip', ms: 200 }, 'network'],
  ['silence', { do: 'hang' }, 'network'],
]

it.each(['list', 'refresh'] as const)('C5: %s: memory and time are bounded', async (command) => {
  const world = await openWorld(command === 'list' ? 'rightech' : 'oz')
  await world.login('web')
  const run = () =>
    command === 'list'
      ? measure(world, ['list', '-P', 'web', '--timeout', '3s'])
      : measure(world, ['__refresher'], refreshRequestFor(world, 'web', 3_000))
  const usual = await run()
  expect(usual.status, usual.err).toBe(0)
  let growth = 0
  let slowest = 0
  for (const [name, fault, code] of faults) {
    world.api.control.replaceFaults([fault])
    const ended = await run()
    const { status, peak, milliseconds } = ended
    const shown = `${name}: ${ended.out} ${ended.err}`
    const codes = code === 'either' ? ['provider_nonsense', 'network'] : [code]
    const statuses = codes.map((one) => (one === 'provider_nonsense' ? 6 : 7))
    if (command === 'list') expect(statuses, shown).toContain(status)
    else expect(codes, shown).toContain(outcomeOf(ended))
    growth = Math.max(growth, peak - usual.peak)
    slowest = Math.max(slowest, milliseconds)
  }
  console.log(
    `${command}: at most ${Math.round(growth / mebibyte)} MiB more than ${Math.round(usual.peak / mebibyte)}, ` +
      `slowest ${Math.round(slowest)} ms with a limit of 3000`,
  )
  expect(growth).toBeLessThan(growthLimit)
  // Reads and unsent requests are tried again within the same patience.
  expect(slowest).toBeLessThan(3 * 3_000 + slack)
  expect(await findLoss(world)).toBeUndefined()
  await world.close()
})

it('without a limit of the user, half a minute is the longest', async () => {
  const slow: Array<readonly [string, Fault]> = [
    ['drip', { do: 'drip', ms: 500 }],
    ['hang', { do: 'hang' }],
  ]
  await inParallel(slow, 2, async ([name, fault]) => {
    const world = await openWorld('oz')
    await world.login('web')
    world.api.control.replaceFaults([{ ...fault, times: 1 } as Fault])
    const ended = await world.run(
      ['login', 'other', '--provider', 'oz', '--base-url', world.api.baseUrl],
      {
        environment: Object.fromEntries(
          Object.entries(world.api.credentials).map(([key, value]) => [
            `TOKN_${key.toUpperCase()}`,
            value,
          ]),
        ),
      },
    )
    console.log(`${name}: status ${ended.status} after ${Math.round(ended.milliseconds)} ms`)
    expect(ended).toMatchObject({ status: 7, out: '' })
    expect(ended.milliseconds).toBeLessThan(30_500 + slack)
    await world.close()
  })
})

it('connections that are opened and never used do not hold it up', async () => {
  const server = createServer((socket) => void socket.on('error', () => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const world = await openWorld('oz')
  const args = ['login', 'web', '--provider', 'oz', '--base-url', `http://127.0.0.1:${port}`]
  const environment = { TOKN_EMAIL: 'a@example.com', TOKN_PASSWORD: 'canary' }
  const ended = await world.run([...args, '--timeout', '2s'], { environment })
  expect(ended).toMatchObject({ status: 7, out: '' })
  expect(ended.milliseconds).toBeLessThan(2_000 + slack)
  server.close()
  await world.close()
})
