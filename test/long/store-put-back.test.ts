import { cpSync, readdirSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { own, startEngine, type EngineName, type EngineServer } from '../support/engines.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

// A copy of an engine's files that is put back by hand looks to everybody like the engine as it was.

const engines: readonly EngineName[] = ['postgres', 'redis', 'etcd']

describe.each(engines.filter((name) => requirePart(name)))(
  '%s, put back to an earlier time',
  (name) => {
    let server: EngineServer
    let home: Home
    let servers: Servers
    let backup: string
    beforeEach(async () => {
      server = await startEngine(name)
      home = makeHome()
      servers = await startServers(['hosterby'])
      backup = `${server.folder}.backup`
    })
    afterEach(async () => {
      home?.remove()
      await servers?.close()
      await server?.close()
      rmSync(backup, { recursive: true, force: true })
    })

    const tokn = async (args: readonly string[], env: Environment = {}): Promise<Ended> =>
      await run(args, { home, env: { TOKN_STORE: undefined, TOKN_STORE_URL: server.url, ...env } })
    const spent = () =>
      servers.api('hosterby').log.filter(({ path }) => path.includes('refresh')).length
    const login = async () => {
      const api = servers.api('hosterby')
      const ended = await tokn(['login', 'web', ...addressOf(api), '-q'], credentialsOf(api))
      expect(ended).toMatchObject({ status: 0, err: '' })
    }

    /** After a refresh that the backup has not seen. */
    async function putBack(): Promise<void> {
      await server.stop()
      cpSync(server.folder, backup, { recursive: true, preserveTimestamps: true })
      await server.start()
      expect((await tokn(['refresh', 'web', '-q'])).status).toBe(0)
      await server.stop()
      for (const file of readdirSync(server.folder)) {
        rmSync(`${server.folder}/${file}`, { recursive: true })
      }
      cpSync(backup, server.folder, { recursive: true, preserveTimestamps: true })
      own(server.folder)
      await server.start()
    }

    test('spends nothing of that time, where the machine has seen a later one', async () => {
      await login()
      await putBack()
      const before = spent()
      const refused = await tokn(['refresh', 'web'])
      expect(refused).toMatchObject({ status: 4, out: '' })
      expect(refused.err).toContain('tokn login web')
      expect(refused.err).toContain('tokn store verify --accept web')
      expect(spent()).toBe(before)
      await login()
      expect((await tokn(['refresh', 'web', '-q'])).status).toBe(0)
    })

    test('leaves nothing behind where a job has all by variables', async () => {
      await login()
      const job = makeHome()
      const env = { TOKN_PROFILE: 'web', TOKN_STORE_KEY: home.environment['TOKN_STORE_KEY'] }
      for (const command of ['token', 'refresh', 'token']) {
        const ended = await run([command], {
          home: job,
          env: { TOKN_STORE: undefined, TOKN_STORE_URL: server.url, ...env },
        })
        expect(ended.status, ended.err).toBe(0)
      }
      const there = ['bin', 'bin/tokn', 'home', 'project', 'tmp']
      expect(readdirSync(job.path, { recursive: true }).toSorted()).toEqual(there)
      job.remove()
    })
  },
)
