import { afterAll, beforeAll, describe } from 'vitest'
import type { Started } from '../real/process.ts'
import { addApi, type Api } from './api.ts'

/** A suite against a server that is started once, each test with a user's home of its own. */
export function against(
  name: string,
  example: string,
  there: boolean,
  start: () => Promise<Started>,
  tests: (open: () => Promise<{ api: Api; baseUrl: string }>) => void,
): void {
  describe.runIf(there)(`${name}, the real server`, () => {
    let server: Started
    const apis: Api[] = []
    beforeAll(async () => {
      server = await start()
    }, 90_000)
    afterAll(async () => {
      for (const api of apis) api.remove()
      await server?.stop()
    })
    tests(async () => {
      const api = await addApi(example, server.baseUrl)
      apis.push(api)
      return { api, baseUrl: server.baseUrl }
    })
  })
}
