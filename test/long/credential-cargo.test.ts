import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
import { logInToRenewingApi, startRenewingApi, type RenewingApi } from '../support/renewing-api.ts'

let home: Home
let api: RenewingApi

beforeAll(async () => {
  home = makeHome()
  api = await startRenewingApi()
})
afterAll(async () => {
  await api.close()
  home.remove()
})

test('cargo that asks late in a long run has a request of its own time, with a refresh', async () => {
  const url = 'https://cargo.example'
  await logInToRenewingApi(home, api, 'crates', { life: 1, flags: ['--api-url', url] })
  const line = [program, 'credential', 'cargo', '--timeout', '2s', '--cargo-plugin']
  const plugin = spawn(process.execPath, line, { env: home.environment, cwd: home.work })
  const answers = createInterface({ input: plugin.stdout })[Symbol.asyncIterator]()
  expect((await answers.next()).value).toBe('{"v":[1]}')
  const request = { v: 1, kind: 'get', operation: 'read', registry: { 'index-url': url } }
  await wait(2_500)
  const before = api.refreshes()
  plugin.stdin.write(`${JSON.stringify(request)}\n`)
  const answer: unknown = JSON.parse(String((await answers.next()).value))
  expect(answer).toMatchObject({ Ok: { kind: 'get' } })
  expect(api.refreshes()).toBe(before + 1)
  plugin.stdin.end()
  expect((await once(plugin, 'close'))[0]).toBe(0)
})
