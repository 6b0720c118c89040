import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPostgres } from '../../src/stores/postgres/engine.ts'
import { plainOptions, type EngineCase } from '../contract/engine-cases.ts'
import { checkContract } from '../contract/engine-contract.ts'
import { freePort, own, startEngine, type EngineServer } from '../support/engines.ts'
import { requireParts } from '../support/parts.ts'
import { until } from '../support/until.ts'

/** Two connections to the server for all, each given out for one transaction. */
const settings = (server: EngineServer, port: number, folder: string) => `[databases]
tokn = host=${server.address} port=${server.port} dbname=tokn user=postgres password=${server.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users')}
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
`

describe.skipIf(!requireParts('postgres', 'pgbouncer'))('through a pooler of transactions', () => {
  let server: EngineServer
  let pooler: ChildProcess
  let url: string
  const folder = mkdtempSync(join(tmpdir(), 'tokn-pooler-'))
  beforeAll(async () => {
    server = await startEngine('postgres')
    const port = await freePort()
    writeFileSync(join(folder, 'users'), `"postgres" "${server.password}"\n`)
    writeFileSync(join(folder, 'ini'), settings(server, port, folder))
    own(folder)
    const user = ['--reuid=65534', '--regid=65534', '--clear-groups', '--pdeathsig', 'KILL']
    pooler = spawn('setpriv', [...user, 'pgbouncer', join(folder, 'ini')], { stdio: 'ignore' })
    await until(
      async () =>
        await new Promise<boolean>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== undefined))
          socket.on('error', () => resolve(false))
        }),
    )
    url = `postgres://postgres:${server.password}@127.0.0.1:${port}/tokn`
  })
  afterAll(async () => {
    pooler?.kill('SIGKILL')
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const one: EngineCase = {
    ...{ name: 'postgres by pgbouncer', shortestLease: 400, clockGrain: 5, watches: false },
    begin: async () => undefined,
    open: () => openPostgres({ ...plainOptions, url: new URL(url) }),
    restart: async () => undefined,
    end: async () => undefined,
  }
  checkContract(one)

  it('hears nothing of what happens, as the documents say', async () => {
    const [engine, other] = [one.open(), one.open()]
    const heard: unknown[] = []
    const stop = await engine.watch('rows', (id) => heard.push(id))
    await other.write('w', { name: 'w', when: {} })
    await other.read('w')
    expect(heard).toEqual([])
    await stop()
    await Promise.all([engine.close(), other.close()])
  })
})
