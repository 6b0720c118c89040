import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openAgentControl } from '../../../src/app/agent-control.ts'

let folder: string
let servers: Server[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-control-'))
  mkdirSync(join(folder, 'tokn'), { mode: 0o700 })
  servers = []
})

afterEach(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true })
})

/** An agent of which something else answers the requests: by path, a status and a body. */
async function openControl(answers: Readonly<Record<string, readonly [number, unknown]>>) {
  const server = createServer(({ url = '' }, response) => {
    const [status, document] = answers[url] ?? [404, '']
    const body = typeof document === 'string' ? document : JSON.stringify(document)
    response.writeHead(status, { 'Content-Length': Buffer.byteLength(body) }).end(body)
  })
  servers.push(server)
  const before = process.umask(0o177)
  server.listen(join(folder, 'tokn', 'agent.sock'))
  process.umask(before)
  await once(server, 'listening')
  return openAgentControl({
    environment: { XDG_RUNTIME_DIR: folder },
    program: '/nowhere',
    timeout: 1_000,
    debug: false,
    log: () => undefined,
  })
}

const status = {
  schema: 'tokn.agent/v1',
  pid: process.pid,
  since: '2026-01-01T00:00:00Z',
  version: '1.0.0',
  socket: '/run/agent.sock',
  locked: false,
  passphrase: false,
  store_closed: false,
  profiles: [{ profile: 'web', state: 'alive', expires_at: null, generation: 1 }],
}

it('reads what an agent tells of itself', async () => {
  const { schema: _, ...told } = status
  const control = await openControl({ '/status': [200, { ...status, later: 1 }] })
  expect(await control.status()).toEqual(told)
})

it.each([
  [200, 'hello'],
  [200, {}],
  [200, []],
  [200, { ...status, pid: 0 }],
  [200, { ...status, pid: -1 }],
  [200, { ...status, profiles: [{}] }],
  [404, ''],
  [500, status],
])('takes %i with %j for no agent', async (code, body) => {
  const control = await openControl({ '/status': [code, body] })
  const error = { code: 'store', message: expect.stringContaining('is no agent of tokn') }
  await expect(control.status()).rejects.toMatchObject(error)
  await expect(control.stop()).rejects.toMatchObject(error)
})

it('says at once that one does not end which may not be ended', async () => {
  const control = await openControl({ '/status': [200, status] })
  await expect(control.stop()).rejects.toMatchObject({ code: 'busy' })
})
