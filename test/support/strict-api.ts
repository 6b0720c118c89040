import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Home } from './home.ts'
import { run } from './run.ts'

/** A request that carried the one live token. */
export interface Served {
  readonly method: string
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** An API with one live access token, whose refresh tokens can be used once. */
export interface StrictApi {
  readonly origin: string
  readonly served: Served[]
  /** Requests refused, but for those to /never. */
  refusals(): number
  refreshes(): number
  /** From now on refreshes are counted, and answered when what is returned is called. */
  holdRefreshes(): () => void
  /** From now on the token that was given out last is refused. */
  endAccess(): void
  close(): Promise<void>
}

/** Tokens live for `life` seconds. /never refuses every token. */
export async function startStrictApi(life = 3_600): Promise<StrictApi> {
  const served: Served[] = []
  let [refusals, refreshes] = [0, 0]
  let access = ''
  let refresh = ''
  let release: Promise<void> | undefined
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(request, Buffer.concat(chunks), response))
  })
  const port = await listen(server)
  return {
    origin: `http://127.0.0.1:${port}`,
    served,
    refusals: () => refusals,
    refreshes: () => refreshes,
    holdRefreshes: () => {
      let end = (): void => undefined
      release = new Promise((resolve) => (end = resolve))
      return () => end()
    },
    endAccess: () => (access = ''),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  function answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const { method = '', url: target = '', headers } = request
    if (target === '/login') return give(response)
    if (target === '/refresh') {
      const given = (JSON.parse(body.toString()) as { refresh: string }).refresh
      if (given !== refresh) return void response.writeHead(400).end('{"error":"invalid_grant"}')
      refreshes++
      if (release === undefined) return give(response)
      return void release.then(() => give(response))
    }
    const refused = headers.authorization !== `Bearer ${access}` || target === '/never'
    if (refused && target !== '/never') refusals++
    if (refused) return void response.writeHead(401).end('refused\n')
    served.push({ method, target, headers, body })
    response.end(`${method} ${body.length}\n`)
  }

  function give(response: ServerResponse): void {
    access = randomBytes(16).toString('hex')
    refresh = randomBytes(16).toString('hex')
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access, refresh, life }))
  }
}

const pair = {
  access: 'access',
  refresh: 'refresh',
  expiry: { from: 'life', as: 'seconds' },
} as const

const definition = {
  id: 'strict',
  title: 'Strict',
  docs: 'https://strict.example/docs',
  fields: [],
  attach: { headers: { Authorization: 'Bearer {access}' } },
  login: { request: { method: 'POST', path: '/login', json: {} }, reply: pair },
  refresh: {
    request: { method: 'POST', path: '/refresh', json: { refresh: '{refresh}' } },
    reply: pair,
  },
  rotation: 'always',
}

/** Has the user of `home` log in to the API as `profile`. */
export async function logInToStrictApi(home: Home, api: StrictApi, profile: string): Promise<void> {
  const file = join(home.path, 'strict.json')
  writeFileSync(file, JSON.stringify(definition))
  for (const line of [
    ['provider', 'add', file],
    ['login', profile, '--provider', 'strict', '--base-url', api.origin],
  ]) {
    const { status, err } = await run(line, { home })
    if (status !== 0) throw new Error(`${line.join(' ')}: ${err}`)
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}
