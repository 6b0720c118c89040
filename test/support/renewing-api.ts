import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Home } from './home.ts'
import { run } from './run.ts'

/** Keys that one of the tokens came with. */
export interface GivenKeys {
  readonly id: string
  readonly secret: string
  readonly session: string
}

/** An API whose tokens end, and whose refresh tokens can be used once: a second use ends the session. */
export interface RenewingApi {
  readonly origin: string
  refreshes(): number
  /** Whether it is the token that was given last, and has not ended. */
  isLive(access: string | undefined): boolean
  /** The keys that came with the token that was given last, unless that has ended. */
  keys(): GivenKeys | undefined
  /** All tokens so far. */
  readonly given: readonly string[]
  /** Seconds that tokens live which are given from now on. */
  setLife(seconds: number): void
  /** Waits until the token has ended that was given last. */
  untilExpired(): Promise<void>
  close(): Promise<void>
}

const hour = 3_600

export async function startRenewingApi(): Promise<RenewingApi> {
  const given: string[] = []
  let [refreshes, life, end] = [0, hour, 0]
  let refresh: string | undefined
  let keys: GivenKeys | undefined
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refreshes: () => refreshes,
    isLive: (access) => access !== undefined && access === given.at(-1) && Date.now() < end,
    keys: () => (Date.now() < end ? keys : undefined),
    given,
    setLife: (seconds) => (life = seconds),
    untilExpired: async () => {
      const left = end - Date.now()
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left))
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const sent = JSON.parse(Buffer.concat(chunks).toString()) as { refresh?: string }
    if (request.url === '/refresh') {
      const known = refresh !== undefined && sent.refresh === refresh
      if (!known) {
        refresh = undefined
        return void response.writeHead(400).end('{"error":"invalid_grant"}')
      }
      refreshes++
    }
    const access = randomBytes(16).toString('hex')
    refresh = randomBytes(16).toString('hex')
    const id = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`
    keys = { id, secret: randomBytes(30).toString('base64'), session: access }
    end = Date.now() + life * 1_000
    given.push(access)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access, refresh, life, keys: { id, secret: keys.secret } }))
  }
}

const pair = {
  access: 'access',
  refresh: 'refresh',
  expiry: { from: 'life', as: 'seconds' },
  signingKey: { id: 'keys.id', secret: 'keys.secret', session: 'access' },
}

const definition = {
  id: 'renewing',
  title: 'Renewing',
  docs: 'https://renewing.example/docs',
  fields: [],
  attach: { headers: { Authorization: 'Bearer {access}' } },
  login: { request: { method: 'POST', path: '/login', json: {} }, reply: pair },
  refresh: {
    request: { method: 'POST', path: '/refresh', json: { refresh: '{refresh}' } },
    reply: pair,
  },
  rotation: 'always',
}

export interface RenewingLogin {
  readonly flags?: readonly string[]
  /** Seconds that the token of this login lives; those after it live an hour. */
  readonly life?: number | undefined
  /** Whether tokens come with keys. */
  readonly keys?: boolean
}

/** Has the user of `home` log in to the API as `profile`. */
export async function logInToRenewingApi(
  home: Home,
  api: RenewingApi,
  profile: string,
  { flags = [], life = hour, keys = true }: RenewingLogin = {},
): Promise<void> {
  const file = join(home.path, 'renewing.json')
  const id = keys ? 'renewing' : 'renewing-tokens'
  const reply = keys ? pair : { ...pair, signingKey: undefined }
  const { login, refresh } = definition
  const own = { ...definition, id, login: { ...login, reply }, refresh: { ...refresh, reply } }
  writeFileSync(file, JSON.stringify(own))
  api.setLife(life)
  for (const line of [
    ['provider', 'add', file, '--force'],
    ['login', profile, '--provider', id, '--base-url', api.origin, ...flags],
  ]) {
    const { status, err } = await run(line, { home })
    if (status !== 0) throw new Error(`${line.join(' ')}: ${err}`)
  }
  api.setLife(hour)
}
