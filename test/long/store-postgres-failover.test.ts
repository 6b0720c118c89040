import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { SharedEngine } from '../../src/core/shared-engine.ts'
import { openPostgres } from '../../src/stores/postgres/engine.ts'
import { plainOptions } from '../contract/engine-cases.ts'
import { fenceOf } from '../contract/engine-clients.ts'
import { postgresProgram } from '../support/engine-postgres.ts'
import {
  own,
  runAsServer,
  sharePassword,
  startEngine,
  type EngineServer,
} from '../support/engines.ts'
import { requirePart } from '../support/parts.ts'
import { until } from '../support/until.ts'

describe.skipIf(!requirePart('postgres'))('another PostgreSQL than before', () => {
  const ends: Array<() => Promise<unknown>> = []
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  })
  const keep = (server: EngineServer) => {
    ends.push(() => server.close())
    return server
  }
  const open = (server: EngineServer): SharedEngine => {
    const engine = openPostgres({ ...plainOptions, url: new URL(server.url) })
    ends.push(() => engine.close())
    return engine
  }
  const run = (server: EngineServer, program: string, ...args: readonly string[]) => {
    const place = ['-h', server.address, '-p', String(server.port), '-U', 'postgres']
    return runAsServer([postgresProgram(program), ...place, ...args], {
      PGPASSWORD: server.password,
    })
  }
  const sql = (server: EngineServer, text: string) =>
    run(server, 'psql', '-d', 'tokn', '-tAc', text).trim()

  const begin = async () => {
    const primary = keep(await startEngine('postgres'))
    const engine = open(primary)
    await engine.prepare()
    await engine.write('a', { name: 'a', generation: 1, when: {} })
    return { primary, engine }
  }
  const follow = async (primary: EngineServer) => {
    const folder = mkdtempSync(join(tmpdir(), 'tokn-standby-'))
    own(folder)
    sharePassword(primary.folder, folder)
    const data = join(folder, 'data')
    run(primary, 'pg_basebackup', '-D', data, '-R', '-X', 'stream', '-c', 'fast', '--no-sync')
    return keep(await startEngine('postgres', { folder }))
  }
  const generation = async (engine: SharedEngine) => (await engine.read('a'))?.generation
  const promote = (standby: EngineServer) => sql(standby, 'SELECT pg_promote()')

  it('a standby is read, takes no writes, and says nothing about leases', async () => {
    const { primary, engine } = await begin()
    const fence = fenceOf(await engine.takeLease('session:a', 'me', 60_000))
    const standby = open(await follow(primary))
    expect(await generation(standby)).toBe(1)
    const refused = { code: 'network', message: expect.stringContaining('standby') as string }
    await expect(standby.leaseLeft('session:a', fence)).rejects.toMatchObject(refused)
    await expect(standby.incarnation()).rejects.toMatchObject(refused)
    for (const write of [
      standby.write('a', { generation: 2, when: {} }),
      standby.takeLease('session:b', 'me', 1_000),
      standby.renewLease('session:a', fence, 1_000),
      standby.addWish('a', 1, '{}'),
      standby.writeDocument('keys', '', 'k'),
    ]) {
      await expect(write).rejects.toMatchObject({ code: 'network', exit: 7 })
    }
    const durability = (await engine.examine()).find(({ id }) => id === 'durability')
    expect(durability).toMatchObject({ status: 'warn' })
  })

  it('a standby with the last write is promoted: all is there, in another incarnation', async () => {
    const { primary, engine } = await begin()
    const before = await engine.incarnation()
    const standby = await follow(primary)
    const other = open(standby)
    const fence = fenceOf(await engine.takeLease('session:a', 'me', 60_000))
    await engine.write('a', { generation: 2, when: { fence } })
    await until(async () => (await generation(other)) === 2)
    await primary.kill()
    promote(standby)
    expect(await other.incarnation()).not.toBe(before)
    expect(await other.leaseLeft('session:a', fence)).toBeGreaterThan(0)
    const written = await other.write('a', { generation: 3, when: { fence, generation: 2 } })
    expect(written).toHaveProperty('written')
    const after = await other.incarnation()
    await standby.kill()
    await standby.start()
    expect(await other.incarnation()).toBe(after)
    expect(await generation(other)).toBe(3)
  })

  it('a standby without the last write is promoted: it shows, and gives no fence again', async () => {
    const { primary, engine } = await begin()
    const before = await engine.incarnation()
    const standby = await follow(primary)
    const other = open(standby)
    await standby.stop()
    const fence = fenceOf(await engine.takeLease('session:a', 'one', 300))
    const { written: lost } = (await engine.write('a', { generation: 2, when: { fence } })) as {
      written: string
    }
    await primary.kill()
    await standby.start()
    promote(standby)
    expect(await generation(other)).toBe(1)
    expect(await other.incarnation()).not.toBe(before)
    // What the first primary gave out means nothing here.
    expect(await other.write('a', { when: { fence } })).toEqual({ failed: 'fence' })
    const next = fenceOf(await other.takeLease('session:a', 'two', 60_000))
    expect(next).toBeGreaterThan(fence)
    expect(await other.write('a', { when: { fence } })).toEqual({ failed: 'fence' })
    await other.write('a', { generation: 2, when: { fence: next } })
    expect((await other.read('a'))?.version).not.toBe(lost)
  })

  it('a data folder that was put back looks as before; the generation is what tells', async () => {
    const { primary, engine } = await begin()
    const before = await engine.incarnation()
    await primary.stop()
    const [data, copy] = ['data', 'copy'].map((name) => join(primary.folder, name)) as [
      string,
      string,
    ]
    cpSync(data, copy, { recursive: true })
    await primary.start()
    const fence = fenceOf(await engine.takeLease('session:a', 'one', 300))
    await engine.write('a', { generation: 2, when: {} })
    await primary.stop()
    rmSync(data, { recursive: true })
    renameSync(copy, data)
    own(primary.folder)
    await primary.start()
    expect(await generation(engine)).toBe(1)
    expect(await engine.incarnation()).toBe(before)
    expect(fenceOf(await engine.takeLease('session:a', 'two', 300))).toBeGreaterThan(fence)
  })

  it('a dump that was restored is another incarnation, and works', async () => {
    const { primary, engine } = await begin()
    const before = await engine.incarnation()
    const file = join(primary.folder, 'dump')
    run(primary, 'pg_dump', '-Fc', '-d', 'tokn', '-f', file)
    await engine.write('a', { generation: 2, when: {} })
    await engine.close()
    run(primary, 'pg_restore', '--clean', '--if-exists', '-d', 'tokn', file)
    expect(await generation(engine)).toBe(1)
    expect(await engine.incarnation()).not.toBe(before)
    await engine.prepare()
    expect(await engine.write('a', { generation: 2, when: { generation: 1 } })).toHaveProperty(
      'written',
    )
    await engine.addWish('a', 2, '{}')
    expect(await engine.wishes('a')).toHaveLength(1)
    expect(await engine.writeDocument('keys', '', 'k')).toBeDefined()
  })

  it('one without fsync is another after each start', async () => {
    const server = keep(await startEngine('postgres', { durable: false }))
    const engine = open(server)
    await engine.prepare()
    const before = await engine.incarnation()
    expect(await engine.incarnation()).toBe(before)
    const durability = (await engine.examine()).find(({ id }) => id === 'durability')
    expect(durability).toMatchObject({ status: 'warn' })
    await server.kill()
    await server.start()
    expect(await engine.incarnation()).not.toBe(before)
  })
})
