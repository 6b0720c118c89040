import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createRawServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { makeHome, type Home } from './home.ts'
import { run, type Ended, type RunOptions } from './run.ts'

/** One request as the API saw it. */
export interface Seen {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** An API that writes down everything and never repeats what it was sent. */
interface RecordingApi {
  readonly origin: string
  readonly seen: Seen[]
  close(): Promise<void>
}

/** A server that nobody should reach; writes down every byte. */
export interface RecordingTrap {
  /** `host:port` */
  readonly place: string
  readonly connections: () => number
  readonly text: () => string
  close(): Promise<void>
}

/** How a token travels, by the name of the profile that has one that does. */
const attachments = {
  head: { headers: { 'X-Token': '{access}' } },
  bear: { headers: { Authorization: 'Bearer {access}' } },
  quer: { query: { oauth_token: '{access}' } },
  cook: { cookies: { session: '{access}' } },
} as const
export type Place = keyof typeof attachments

export interface CurlWorld {
  readonly home: Home
  readonly api: RecordingApi
  readonly trap: RecordingTrap
  /** The one token, which is in all profiles. */
  readonly token: string
  /** `tokn curl PLACE -- ...words` */
  curl(place: Place, words: readonly string[], options?: Partial<RunOptions>): Promise<Ended>
  close(): Promise<void>
}

/** Answers by the path: `/status/NNN`, `/retry`, `/range`, `/slow`, `/redirect?URL`, `/cookie`. */
async function startRecordingApi(): Promise<RecordingApi> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const before = seen.filter(({ target }) => target === url).length
      seen.push({ method, target: url, headers, body: Buffer.concat(chunks) })
      answer(new URL(`http://api.test${url}`), before, response)
    })
  })
  return { origin: `http://127.0.0.1:${await listen(server, '127.0.0.1')}`, seen, close }

  async function close(): Promise<void> {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

function answer(url: URL, before: number, response: ServerResponse): void {
  const [, first = '', second = ''] = url.pathname.split('/')
  if (first === 'status') return void response.writeHead(Number(second)).end('refused\n')
  if (first === 'retry' && before === 0) return void response.writeHead(503).end()
  if (first === 'range') {
    return void response.writeHead(206, { 'content-range': 'bytes 2-4/10' }).end('cde')
  }
  if (first === 'slow') return void setTimeout(() => response.end('late\n'), 5_000).unref()
  if (first === 'redirect') {
    return void response.writeHead(302, { location: decodeURIComponent(second) }).end()
  }
  if (first === 'cookie') response.setHeader('set-cookie', 'mine=1; Path=/')
  response.setHeader('etag', '"v1"')
  response.end('{"ok":true}\n')
}

export async function setRecordingTrap(host = '127.0.0.2'): Promise<RecordingTrap> {
  let connections = 0
  let text = ''
  const server: Server = createRawServer((socket) => {
    connections++
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}')
    })
    socket.on('error', () => undefined)
  })
  const port = await listen(server, host)
  return {
    place: `${host}:${port}`,
    connections: () => connections,
    text: () => text,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}

/** A user who is logged in to one API in every way in which a token can travel. */
export async function openCurlWorld(): Promise<CurlWorld> {
  const [home, api, trap] = [makeHome(), await startRecordingApi(), await setRecordingTrap()]
  const token = `canary-${randomBytes(12).toString('hex')}`
  for (const [place, attach] of Object.entries(attachments)) {
    const file = join(home.path, `${place}.json`)
    writeFileSync(file, JSON.stringify(definitionOf(place, attach)))
    await succeed(['provider', 'add', file], { home })
    const login = ['login', place, '--provider', place, '--base-url', api.origin, '--with-token']
    await succeed(login, { home, input: token })
  }
  return {
    home,
    api,
    trap,
    token,
    curl: (place, words, options = {}) =>
      run(['curl', place, '--', ...words], { home, ...options }),
    close: async () => {
      await Promise.all([api.close(), trap.close()])
      home.remove()
    },
  }
}

/** A folder with curl and nothing else, for a PATH. */
export function linkCurl(home: Home): string {
  const bin = mkdtempSync(join(home.path, 'only-curl-'))
  const path = execFileSync('sh', ['-c', 'command -v curl'], { encoding: 'utf8' }).trim()
  symlinkSync(path, join(bin, 'curl'))
  return bin
}

function definitionOf(id: string, attach: object): object {
  const docs = 'https://api.example.com/docs'
  return {
    id,
    title: `API ${id}`,
    docs,
    attach,
    pasted: { expiry: 'never' },
    fields: [],
    rotation: 'none',
  }
}

async function succeed(args: readonly string[], options: RunOptions): Promise<void> {
  const { status, err } = await run(args, options)
  if (status !== 0) throw new Error(`${args.join(' ')}: ${err}`)
}

async function listen(server: Server, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  return (server.address() as AddressInfo).port
}
