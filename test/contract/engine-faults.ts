import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setTimeout as delay } from 'node:timers/promises'
import type { SharedEngine } from '../../src/core/shared-engine.ts'
import { startProxy, type EngineProxy } from '../support/engine-proxy.ts'
import { until } from '../support/until.ts'
import type { ServerCase } from './engine-cases.ts'
import { newId } from './engine-clients.ts'

const network = { code: 'network', exit: 7 }

/** What an engine says when its server hangs, is away, or refuses; for one with a real server. */
export function checkFaults(one: ServerCase): void {
  describe(`faults: ${one.name}`, () => {
    let proxy: EngineProxy
    let engine: SharedEngine
    let id: string
    /** Opens it by way of the proxy, with so many milliseconds for all that follows. */
    const through = (time = 20_000, from = performance.now()) =>
      one.openWith({
        url: new URL(proxy.through(one.server().url)),
        timeLeft: () => time - (performance.now() - from),
      })
    const within = async (limit: number, work: Promise<unknown>) => {
      const start = performance.now()
      await expect(work).rejects.toMatchObject(network)
      expect(performance.now() - start).toBeLessThan(limit)
    }

    beforeAll(async () => {
      await one.begin()
      engine = one.open()
      await engine.prepare()
      proxy = await startProxy(one.server())
      id = newId()
      await engine.write(id, { name: id, generation: 1, when: { version: undefined } })
    })
    afterAll(async () => {
      await engine?.close()
      await proxy?.close()
      await one.end()
    })

    it('ends in time at a server that hangs (SIGSTOP), connected or not', async () => {
      const connected = through()
      await connected.read(id)
      one.server().pause()
      try {
        const again = through(700)
        await within(2_500, again.read(id))
        await within(2_500, again.write(id, { generation: 2, when: {} }))
        await again.close()
      } finally {
        one.server().resume()
      }
      expect(await connected.read(id)).toBeDefined()
      await connected.close()
    })

    it.each(['deaf', 'mute'] as const)('ends in time where the network is %s', async (mode) => {
      const start = performance.now()
      const client = through(1_500, start)
      await client.read(id)
      proxy.mode(mode)
      await within(3_500, client.read(id))
      await within(2_500, through(500).takeLease(`session:${id}`, 'me', 1_000))
      await within(
        2_500,
        through(500).watch('rows', () => undefined),
      )
      proxy.mode('pass')
      proxy.cut()
      await client.close()
      const later = through()
      expect(await later.read(id)).toBeDefined()
      await later.close()
    })

    it('has no time left', async () => {
      const client = through(0)
      await expect(client.read(id)).rejects.toMatchObject(network)
      await expect(client.takeLease(`session:${id}`, 'me', 1_000)).rejects.toMatchObject(network)
      await client.close()
    })

    it('made a write whose answer was lost, and says that it does not know', async () => {
      const client = through(1_500)
      const { version } = (await client.read(id))!
      proxy.mode('mute')
      await expect(client.write(id, { generation: 5, when: { version } })).rejects.toMatchObject(
        network,
      )
      proxy.mode('pass')
      proxy.cut()
      await until(async () => (await engine.read(id))?.generation === 5)
      await client.close()
    })

    it('reads on where its idle connection was cut meanwhile', async () => {
      const client = through()
      await client.read(id)
      proxy.cut()
      expect(await client.read(id)).toBeDefined()
      await client.read(id)
      proxy.cut()
      await delay(50)
      expect(await client.write(id, { generation: 6, when: {} })).toHaveProperty('written')
      await client.close()
    })

    it('is not reached at all, and is again', async () => {
      proxy.mode('closed')
      const client = through(2_000)
      await within(4_000, client.read(id))
      proxy.mode('pass')
      await client.close()
      const again = through()
      expect(await again.read(id)).toBeDefined()
      await again.close()
      await one.server().kill()
      const lost = one.openWith({ timeLeft: () => 3_000 })
      await within(5_000, lost.read(id))
      await one.server().start()
      expect(await lost.read(id)).toBeDefined()
      await lost.close()
    })

    it('tells watchers after a lost connection that anything may have happened', async () => {
      const client = through()
      const heard: Array<string | undefined> = []
      const stop = await client.watch('rows', (id) => heard.push(id))
      proxy.mode('closed')
      await engine.write(id, { generation: 7, when: {} })
      proxy.mode('pass')
      await until(() => heard.includes(undefined))
      await until(async () => {
        await engine.write(id, { generation: 8, when: {} })
        return heard.includes(id)
      })
      await stop()
      const calls = proxy.accepted()
      proxy.cut()
      await delay(300)
      expect(proxy.accepted()).toBe(calls)
      await client.close()
    })

    // An etcd without users asks nobody for a password.
    const asksPassword = one.name !== 'etcd'
    ;(asksPassword ? it : undefined)?.(
      'is refused with a wrong password, which it does not say',
      async () => {
        const password = 'canary-of-a-wrong-password'
        const client = one.openWith({ password })
        const failure: unknown = await client.read(id).catch((error: unknown) => error)
        expect(failure).toMatchObject({ code: 'store', exit: 8 })
        expect(JSON.stringify([String(failure), failure])).not.toContain('canary')
        await client.close()
      },
    )
  })
}
