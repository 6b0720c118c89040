import { afterEach } from 'vitest'
import type { Served } from '../servers/serve.ts'
import { addApi, type Api } from './api.ts'

const ends: Array<() => unknown> = []

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** A small server and the program that knows its API by an example; both end with the test. */
export async function open<Server extends Served>(
  id: string,
  start: () => Promise<Server>,
  definition?: object,
): Promise<{ server: Server; api: Api }> {
  const server = await start()
  ends.push(() => server.close())
  const api = await addApi(id, server.baseUrl, definition)
  ends.push(() => api.remove())
  return { server, api }
}

/** How many days an RFC 3339 text is ahead. */
export function daysFromNow(instant: unknown): number {
  return (Date.parse(String(instant)) - Date.now()) / 86_400_000
}
