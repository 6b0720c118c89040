import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createLazyServer } from '../../../src/agent/lazy-server.ts'

it('tells why it could not be loaded, and tries again with the next connection', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-lazy-'))
  const socketPath = join(folder, 'a.sock')
  const told: unknown[] = []
  let tried = 0
  const server = createLazyServer(
    async () => {
      if (++tried === 1) throw new Error('no file handles')
      return createServer((_, response) => response.end('here'))
    },
    (error) => told.push(error),
  ).listen(socketPath)
  await once(server, 'listening')
  await expect(get(socketPath)).rejects.toThrow(/hang up|ECONNRESET|EPIPE/)
  expect(told).toEqual([new Error('no file handles')])
  expect([await get(socketPath), await get(socketPath)]).toEqual(['here', 'here'])
  expect([tried, told.length]).toEqual([2, 1])
  server.close()
  rmSync(folder, { recursive: true })
})

async function get(socketPath: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    request({ socketPath, agent: false }, (response) => {
      response.setEncoding('utf8').on('data', resolve)
    })
      .on('error', reject)
      .end()
  })
}
