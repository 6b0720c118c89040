import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { howMany } from '../support/effort.ts'
import { requireParts } from '../support/parts.ts'
import { openFleet, type Fleet, type FleetMachine } from './support/fleet/fleet.ts'

// One of them shows the protocol; what an engine promises is in its contract.
const all = ['postgres', 'redis', 'etcd'] as const
const engines = all
  .slice(0, howMany(1, all.length))
  .filter((engine) => requireParts('root', 'netns', engine))

// The profile is in the engine, as the session is: each machine has the same variables, and no more.
describe.each(engines)('a session that two machines share in %s', (engine) => {
  let fleet: Fleet
  let [one, other]: FleetMachine[] = []
  const local = { TOKN_PROFILE: undefined }
  // A new one for each case: one that was made a moment ago is not asked to make another.
  let [profile, made] = ['', 0]
  const token = async (machine: FleetMachine, more: readonly string[] = []) =>
    await machine.run(['token', profile, '-q', ...more], local)

  beforeAll(async () => {
    fleet = await openFleet(engine, { machines: 2, skewed: false })
    one = fleet.machine(0)
    other = fleet.machine(1)
  }, 60_000)
  beforeEach(async () => {
    fleet.gate = undefined
    fleet.provider.life = 1
    fleet.provider.slow = 300
    fleet.provider.done = undefined
    profile = `web${++made}`
    const to = ['--issuer', `http://127.0.0.1:${fleet.provider.port}`, '--client-id', 'client']
    const line = ['login', profile, ...to, '--flow', 'client', '--no-remember', '--quiet']
    const secret = { ...local, TOKN_CLIENT_SECRET: 'canary-client-secret' }
    const { status, err } = await one!.run(line, secret)
    expect(status, err).toBe(0)
    fleet.provider.life = 3_600
    await new Promise((resolve) => setTimeout(resolve, 1_100))
  })
  afterEach(() => {
    for (const machine of fleet.machines) machine.crash()
  })
  afterAll(async () => await fleet.close())

  it('D11: is refreshed once, whoever asks on both', async () => {
    const before = fleet.provider.spendings.length
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => token(fleet.machine(index % 2))),
    )
    expect(all.filter(({ status }) => status !== 0)).toEqual([])
    expect(new Set(all.map(({ out }) => out)).size).toBe(1)
    expect(fleet.provider.spendings.length - before).toBe(1)
    expect(fleet.provider.isLive(all[0]!.out.trim())).toBe(true)
  })

  it('D3: what slept past its lease before it sent sends nothing, and takes what the other made', async () => {
    // Both connections stand when it is stopped: it has the lease, and what it intends is written.
    const stopped = one!.start(['token', profile, '-q'], local)
    let intended = false
    fleet.gate = ({ machine, server, way }) => {
      if (machine !== 0) return true
      // The first words to the provider are a question for its metadata, which spends nothing.
      if (server === 'provider' && way === 'from' && !intended) {
        intended = true
        one!.signalAll('SIGSTOP')
      }
      return true
    }
    await expect.poll(() => intended, { timeout: 10_000 }).toBe(true)
    const before = fleet.provider.spendings.length
    const taken = await token(other!)
    expect(taken).toMatchObject({ status: 0 })
    one!.signalAll('SIGCONT')
    const late = await stopped.ended
    expect(late).toMatchObject({ status: 0, out: taken.out })
    expect(fleet.provider.spendings.length - before).toBe(1)
    expect(fleet.provider.spentTwice()).toEqual([])
  })

  it('D3: one that slept while its answer was on the way keeps it, and the other takes that', async () => {
    let answered = false
    const before = fleet.provider.spendings.length
    fleet.provider.done = async () => {
      if (answered) return
      answered = true
      one!.signalAll('SIGSTOP')
      // It wakes up before its lease is over, and gets its answer after that.
      await new Promise((resolve) => setTimeout(resolve, 7_000))
    }
    const first = one!.start(['token', profile, '-q'], local)
    await expect.poll(() => answered, { timeout: 10_000 }).toBe(true)
    const second = other!.start(['token', profile, '-q'], local)
    await new Promise((resolve) => setTimeout(resolve, 6_500))
    one!.signalAll('SIGCONT')
    const [a, b] = await Promise.all([first.ended, second.ended])
    expect([a.status, b.status, a.out]).toEqual([0, 0, b.out])
    expect(fleet.provider.spendings.length - before).toBe(1)
  })

  it('D2: a machine that dies with the lease is succeeded when that is over', async () => {
    fleet.gate = ({ machine, server }) => {
      if (machine === 0 && server === 'provider') one!.crash()
      return machine !== 0 || server !== 'provider'
    }
    const before = fleet.provider.spendings.length
    await token(one!)
    const taken = await token(other!)
    expect(taken, taken.err).toMatchObject({ status: 0 })
    expect(taken.milliseconds).toBeLessThan(9_500 + 1_500)
    expect(fleet.provider.spendings.length - before).toBe(1)
  })

  it('D2: an engine that is killed and started again is waited for', async () => {
    const before = fleet.provider.spendings.length
    fleet.provider.done = async () => {
      await fleet.engine.kill()
      setTimeout(() => void fleet.engine.start(), 1_500)
    }
    const first = await token(one!, ['--timeout', '20s'])
    fleet.provider.done = undefined
    expect(first, first.err).toMatchObject({ status: 0 })
    const second = await token(other!)
    expect(second, second.err).toMatchObject({ status: 0, out: first.out })
    expect(fleet.provider.spendings.length - before).toBe(1)
  })
})
