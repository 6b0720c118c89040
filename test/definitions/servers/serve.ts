import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a small server sees it. Header names are in lower case. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** The body as JSON; an empty object when it is none. */
  readonly json: Readonly<Record<string, unknown>>
  readonly form: URLSearchParams
  /** User and password of HTTP Basic. */
  readonly basic: readonly [user: string, password: string] | undefined
}

export interface Answer {
  readonly status: number
  readonly json?: unknown
  /** Instead of JSON; its media type is among the headers. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A server on loopback, with everything that it was asked. */
export interface Served {
  readonly baseUrl: string
  readonly calls: readonly Call[]
  close(): Promise<void>
}

/** Serves `answer` on a free port of loopback. */
export async function serve(answer: (call: Call) => Answer): Promise<Served> {
  const calls: Call[] = []
  const server = createServer((request, response) => {
    void respond(request, response)
  })
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const call = await readCall(request)
      calls.push(call)
      reply(response, answer(call))
    } catch (error) {
      reply(response, { status: 500, json: String(error) })
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    calls,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString()
  const url = new URL(request.url ?? '/', 'http://server')
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]),
  )
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
    json: parse(body),
    form: new URLSearchParams(body),
    basic: readBasic(headers['authorization']),
  }
}

function reply(response: ServerResponse, { status, json, text = '', headers }: Answer): void {
  const body = json === undefined ? text : JSON.stringify(json)
  const type = json === undefined ? {} : { 'content-type': 'application/json' }
  response.writeHead(status, { ...type, ...headers }).end(body)
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function readBasic(header: string | undefined): readonly [string, string] | undefined {
  if (header?.startsWith('Basic ') !== true) return undefined
  const text = Buffer.from(header.slice('Basic '.length), 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : [text.slice(0, colon), text.slice(colon + 1)]
}
