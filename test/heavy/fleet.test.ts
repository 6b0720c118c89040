import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { howMany } from '../support/effort.ts'
import type { EngineName } from '../support/engines.ts'
import { requireParts } from '../support/parts.ts'
import { openFleet, profile, type Fleet } from './support/fleet/fleet.ts'

const engines: readonly EngineName[] = ['postgres', 'redis', 'etcd']
const there = requireParts('root', 'netns', 'faketime')
const callers = howMany(40, 200)

describe.runIf(there).each(engines.filter((name) => requireParts(name)))('%s', (name) => {
  let fleet: Fleet

  beforeAll(async () => {
    fleet = await openFleet(name)
    await fleet.login()
  })
  afterAll(async () => {
    await fleet?.close()
  })

  it('every machine is served from the store, whatever its clock says', async () => {
    const all = await Promise.all(fleet.machines.map((machine) => machine.run(['token', profile])))
    for (const { status, out, err } of all) {
      expect({ status, err }).toEqual({ status: 0, err: '' })
      expect(fleet.provider.given).toContain(out.trim())
    }
    // A machine that is behind does not trust what was made in its future, and renews it.
    expect(fleet.provider.spentTwice()).toEqual([])
  })

  it(`${callers} processes on four machines spend an expired session once`, async () => {
    const { provider } = fleet
    provider.life = 1
    expect(await fleet.machine(0).run(['token', profile, '--refresh', 'force'])).toMatchObject({
      status: 0,
    })
    provider.life = 3_600
    provider.slow = 300
    // A provider that gives tokens so short is not asked again within five seconds.
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    const before = provider.spendings.length
    // A clock that is ahead finds every token old: all of these go by one that is right.
    const clock = { FAKETIME: undefined, LD_PRELOAD: undefined }
    const line = ['token', profile, '--timeout', '2m', '--quiet']
    const running = Array.from({ length: callers }, (_, index) =>
      fleet.machine(index % 4).run(line, clock),
    )
    const ended = await Promise.all(running)
    provider.slow = 0
    expect(ended.filter(({ status }) => status !== 0).map(({ err }) => err)).toEqual([])
    expect(provider.spendings.length - before).toBe(1)
    const tokens = new Set(ended.map(({ out }) => out.trim()))
    expect(tokens.size).toBe(1)
    expect(provider.isLive([...tokens][0] ?? '')).toBe(true)
  })

  it('a reader is served, and neither its key nor its requests spend anything', async () => {
    const [machine, other] = [fleet.machine(0), fleet.machine(2)]
    await machine.run(['token', profile, '--refresh', 'force'])
    const printed = await machine.run(['store', 'reader-key'])
    expect(printed, printed.err).toMatchObject({ status: 0 })
    const reader = { TOKN_STORE_KEY: printed.out.trim(), FAKETIME: undefined }
    const before = fleet.provider.spendings.length
    const served = await other.run(['token', profile], reader)
    expect(served, served.err).toMatchObject({ status: 0 })
    const forced = await other.run(
      ['token', profile, '--refresh', 'force', '--timeout', '3s'],
      reader,
    )
    expect(forced).toMatchObject({ out: '' })
    expect(forced.status).not.toBe(0)
    expect(fleet.provider.spendings.length).toBe(before)
    expect(printed.out + served.out + served.err + forced.err).not.toContain(fleet.provider.live())
  })

  it('nothing of the engine, its files and its words has a token or a key in it', async () => {
    const { provider, key } = fleet
    await fleet.machine(1).run(['token', profile, '--refresh', 'force'])
    await fleet.engine.stop()
    const secrets = [...provider.given, 'canary-client-secret', key]
    const forms = secrets.flatMap((secret) => [
      secret,
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('hex'),
    ])
    const texts = [fleet.engine.output(), ...readAll(fleet.engine.folder)]
    const hits = texts.flatMap((text) => forms.filter((form) => text.includes(form)))
    expect(hits).toEqual([])
    // It was looked where things are.
    expect(texts.some((text) => text.includes(profile))).toBe(true)
    await fleet.engine.start()
  })
})

function readAll(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
}
