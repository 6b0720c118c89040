import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../support/engines.ts'
import { startEtcdCluster, type EtcdCluster } from '../support/etcd-cluster.ts'
import { openAt } from '../support/open-etcd.ts'
import { requirePart } from '../support/parts.ts'
import { until } from '../support/until.ts'
import { certify } from '../unit/io/certificates.ts'

let cluster: EtcdCluster | undefined
afterEach(() => {
  cluster?.close()
  cluster = undefined
})

describe.runIf(requirePart('etcd'))('an etcd of three members', () => {
  test('whose leader is killed loses no write that was confirmed, and gives no fence again', async () => {
    cluster = await startEtcdCluster(3)
    const { url } = cluster
    const engine = openAt(url)
    await engine.prepare()
    const life = await engine.incarnation()
    const writers = ['a', 'b', 'c'].map((id) => ({ id, engine: openAt(url), confirmed: 0 }))
    const fences: number[] = []
    let longest = 0
    const over = new AbortController()
    const timed = async <Value>(what: () => Promise<Value>): Promise<Value> => {
      const startedAt = performance.now()
      const value = await what()
      longest = Math.max(longest, performance.now() - startedAt)
      return value
    }
    const run = writers.map(async (writer) => {
      let version: string | undefined
      for (let generation = 1; !over.signal.aborted; generation++) {
        const parts = { record: `record ${generation}` }
        const change = { name: writer.id, generation, parts, when: { version } }
        // Whoever asks again after a lost answer finds its own write: never a conflict with itself.
        const written = await timed(() => writer.engine.write(writer.id, change))
        if ('failed' in written) throw new Error(`${writer.id} ${generation}: ${written.failed}`)
        version = written.written
        writer.confirmed = generation
      }
    })
    const taking = writers.map(async (writer) => {
      while (!over.signal.aborted) {
        const taken = await timed(() => writer.engine.takeLease('session:x', writer.id, 8_000))
        if ('heldBy' in taken) {
          await new Promise((resolve) => setTimeout(resolve, 5))
          continue
        }
        fences.push(taken.fence)
        await timed(() => writer.engine.releaseLease('session:x', taken.fence))
      }
    })
    const working = Promise.all([...run, ...taking])
    const killing = (async () => {
      for (let turn = 0; turn < 2; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 1_000))
        const leader = cluster!.leader()
        expect(leader).not.toBe(-1)
        const before = writers.map(({ confirmed }) => confirmed)
        cluster!.kill(leader)
        const deadline = performance.now() + 15_000
        while (writers.some(({ confirmed }, at) => confirmed < (before[at] ?? 0) + 5)) {
          if (performance.now() > deadline) throw new Error('no writes after the leader was killed')
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        cluster!.start(leader)
      }
      over.abort()
    })()
    await Promise.all([working, killing])
    for (const { id, confirmed } of writers) {
      expect(await engine.read(id)).toMatchObject({
        generation: confirmed,
        parts: { record: `record ${confirmed}` },
      })
      expect(confirmed).toBeGreaterThan(20)
    }
    expect(fences.length).toBeGreaterThan(20)
    expect(fences).toEqual(fences.toSorted((a, b) => a - b))
    expect(new Set(fences).size).toBe(fences.length)
    expect(await engine.incarnation()).toBe(life)
    expect(longest).toBeLessThan(9_000)
    for (const writer of writers) await writer.engine.close()
  }, 60_000)

  test('with two of them killed is exit 7, within the time that is left', async () => {
    cluster = await startEtcdCluster(3)
    const engine = openAt(cluster.url)
    await engine.write('a', { name: 'a', when: {} })
    cluster.kill(0)
    cluster.kill(1)
    const startedAt = performance.now()
    const hurried = openAt(cluster.url, {
      timeLeft: () => Math.max(0, 3_000 - (performance.now() - startedAt)),
    })
    const error = await hurried.read('a').then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'network', retryable: true })
    expect(performance.now() - startedAt).toBeLessThan(3_600)
  }, 60_000)
})

describe.runIf(requirePart('etcd'))('an etcd that was restored from a snapshot', () => {
  test('is another incarnation, at the same addresses and under the same id, and repeats nothing', async () => {
    cluster = await startEtcdCluster(1)
    const engine = openAt(cluster.url)
    await engine.prepare()
    const before = await engine.incarnation()
    await engine.write('a', { name: 'a', generation: 1, when: {} })
    const snapshot = cluster.save()
    const versions: unknown[] = []
    for (let generation = 2; generation < 6; generation++) {
      versions.push(await engine.write('a', { generation, when: {} }))
    }
    const taken = await engine.takeLease('session:a', 'me', 8_000)
    await cluster.restore(snapshot)
    const other = openAt(cluster.url)
    expect(await other.read('a')).toMatchObject({ generation: 1 })
    const after = await other.incarnation()
    expect(after).not.toBe(before)
    expect(after.split('/')[0]).toBe(before.split('/')[0])
    expect(await engine.incarnation()).toBe(after)
    expect(await openAt(cluster.url).incarnation()).toBe(after)
    // As many writes as were lost.
    for (let generation = 2; generation < 6; generation++) {
      const written = await other.write('a', { generation, when: {} })
      expect(versions).not.toContainEqual(written)
    }
    const lease = await other.takeLease('session:a', 'you', 8_000)
    const fenceOf = (one: typeof lease) => ('fence' in one ? one.fence : 0)
    expect(fenceOf(lease)).toBeGreaterThan(fenceOf(taken))
    expect(await engine.leaseLeft('session:a', fenceOf(taken))).toBe(0)
    expect(await engine.write('a', { when: { fence: fenceOf(taken) } })).toEqual({
      failed: 'fence',
    })
    expect(await other.incarnation()).toBe(after)
    cluster.kill(0)
    cluster.start(0)
    await cluster.ready()
    expect(await other.incarnation()).toBe(after)
  }, 60_000)
})

describe.runIf(requirePart('etcd') && requirePart('openssl'))(
  'an etcd that asks for certificates',
  () => {
    test('is given the one that its URL names, and says so without it', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tokn-etcd-certificates-'))
      const authority = certify(folder, 'authority', { authority: true })
      const server = certify(folder, 'server', { issuer: authority })
      const client = certify(folder, 'client', { issuer: authority })
      const [port, peerPort] = [await freePort(), await freePort()]
      const [at, peer] = [`https://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`]
      const line = [
        ...['--data-dir', join(folder, 'data'), '--initial-cluster', `default=${peer}`],
        ...['--listen-client-urls', at, '--advertise-client-urls', at],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...['--cert-file', server.certPath, '--key-file', server.keyPath],
        ...['--client-cert-auth', '--trusted-ca-file', authority.certPath],
      ]
      const etcd = spawn('setpriv', ['--pdeathsig', 'KILL', 'etcd', ...line], { stdio: 'ignore' })
      onTestFinished(() => {
        etcd.kill('SIGKILL')
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
      })
      const url = `etcds://127.0.0.1:${port}`
      const ca = authority.certPath
      const query = new URLSearchParams({ cert: client.certPath, key: client.keyPath })
      const engine = openAt(`${url}?${query}`, { ca })
      await until(async () => {
        try {
          return (await engine.now()) > 0
        } catch {
          return false
        }
      })
      await engine.write('a', { name: 'a', when: {} })
      expect(await engine.find('a')).toMatchObject({ id: 'a' })
      const error = await openAt(url, { ca })
        .read('a')
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'network' })
      expect(`${(error as Error).message}`).toMatch(/client certificate/)
      expect((error as { hint?: string }).hint).toMatch(/\?cert=FILE&key=FILE/)
    }, 30_000)
  },
)
