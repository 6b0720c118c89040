import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { startPart } from '../../support/parts.ts'
import type { Started } from '../real/process.ts'
import { addApi, type Api } from './api.ts'

/**
 * A suite against a server that is started once, each test with a user's home of its own; skipped
 * where the server is not installed, so that there is no `part`, and where it does not start.
 */
export function against(
  name: string,
  example: string,
  part: string | undefined,
  start: () => Promise<Started>,
  tests: (open: () => Promise<{ api: Api; baseUrl: string }>) => void,
): void {
  describe.runIf(part !== undefined)(`${name}, the real server`, () => {
    let server: Started | undefined
    const apis: Api[] = []
    beforeAll(async () => {
      server = await startPart(part ?? name, start)
    }, 90_000)
    beforeEach((context) => context.skip(server === undefined))
    afterAll(async () => {
      for (const api of apis) api.remove()
      await server?.stop()
    })
    tests(async () => {
      if (server === undefined) throw new Error(`${name} was not started`)
      const api = await addApi(example, server.baseUrl)
      apis.push(api)
      return { api, baseUrl: server.baseUrl }
    })
  })
}
