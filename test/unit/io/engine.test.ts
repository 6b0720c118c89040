import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { syncBuiltinESMExports } from 'node:module'
import v8 from 'node:v8'
import { afterEach, expect, it, vi } from 'vitest'
import { createHttp } from '../../../src/io/http/http.ts'

const flags = vi.spyOn(v8, 'setFlagsFromString').mockImplementation(() => undefined)
syncBuiltinESMExports()

const server = createServer((_, response) => response.end('{}'))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)

afterEach(() => flags.mockClear())

const usual = process.versions.node.startsWith('20.') ? ['--liftoff-only'] : []

it.each([
  ['one that ends with its command', undefined, usual],
  ['one that goes on', true, []],
])('the engine of a process is told what fits it: %s', async (_, lasting, told) => {
  const http = createHttp({ environment: {}, lasting })
  expect(flags).not.toHaveBeenCalled()
  expect(await http({ method: 'GET', url })).toMatchObject({ status: 200 })
  expect(flags.mock.calls.flat()).toEqual(told)
})

it('is not told anything where no connection is made', async () => {
  const http = createHttp({ environment: {} })
  const nobody = new URL('http://127.0.0.1:1/')
  await expect(http({ method: 'GET', url: nobody })).rejects.toMatchObject({ code: 'network' })
  expect(flags).not.toHaveBeenCalled()
})
