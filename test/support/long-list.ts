import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { run } from './run.ts'
import type { Home } from './home.ts'

interface Answer {
  readonly status?: number
  readonly items?: readonly unknown[] | undefined
  /** The cursor of the next page. */
  readonly next?: string | undefined
}

export interface LongList {
  readonly pages: number
  /** Ids of what was revoked. */
  readonly revoked: readonly string[]
  close(): Promise<void>
}

/** `count` tokens from the number `from` on, as the API shows them. */
export function tokensFrom(from: number, count: number): readonly unknown[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `token-${from + index}`,
    name: `job ${from + index}`,
    created: '2026-01-02T03:04:05Z',
    ends: '2099-01-02T03:04:05Z',
  }))
}

/**
 * An API that lists tokens page by page, as `answer` says of each from 0 on, and a profile `long` in
 * `home` with a token of it.
 */
export async function openLongList(
  home: Home,
  answer: (page: number, cursor: string) => Answer,
): Promise<LongList> {
  const list = { pages: 0, revoked: [] as string[], close }
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://api')
    const cursor = searchParams.get('after') ?? ''
    if (request.method === 'DELETE') {
      list.revoked.push(pathname.split('/').at(-1) ?? '')
      return void response.writeHead(204).end()
    }
    const page = answer(list.pages++, cursor)
    const items = page.items?.filter((item) => !list.revoked.includes(idOf(item)))
    reply(request, response, { ...page, items })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const file = join(home.work, 'long.json')
  writeFileSync(file, JSON.stringify(definition))
  await succeed(home, ['provider', 'add', file])
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await succeed(home, ['login', 'long', '-p', 'long', '--base-url', url, '--with-token'], 'secret')
  list.pages = 0
  return list

  async function close(): Promise<void> {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

const idOf = (item: unknown) => (item as { readonly id?: string } | null)?.id ?? ''

function reply(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  request.resume()
  const { status = 200, items = [], next } = answer
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ items, next }))
}

async function succeed(home: Home, args: readonly string[], input?: string): Promise<void> {
  const { status, err } = await run(args, { home, input })
  if (status !== 0) throw new Error(err)
}

const definition = {
  id: 'long',
  title: 'Long',
  docs: 'https://example.com/docs',
  fields: [],
  rotation: 'none',
  attach: { headers: { Authorization: 'Bearer {access}' } },
  list: {
    request: { method: 'GET', path: '/tokens' },
    reply: {
      items: 'items',
      id: 'id',
      name: 'name',
      createdAt: { from: 'created', as: 'instant' },
      expiry: { from: 'ends', as: 'instant' },
    },
    pages: { cursor: 'next', query: 'after' },
  },
  revoke: { request: { method: 'DELETE', path: '/tokens/{target}' }, accept: [204] },
  pasted: { expiry: 'unknown' },
}
