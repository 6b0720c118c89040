import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeBasic } from '../../src/session/carriage.ts'

/** A request that came, with what it carried and what became of it. */
export interface GitRequest {
  readonly target: string
  readonly scheme: string | undefined
  readonly username: string | undefined
  readonly token: string | undefined
  readonly status: number
}

export interface GitServer {
  readonly origin: string
  readonly requests: GitRequest[]
  close(): Promise<void>
}

interface GitServerOptions {
  /** The folder of its repositories. */
  readonly repositories: string
  accepts(token: string): boolean | Promise<boolean>
  /** What it says to who has nothing to show. */
  readonly challenges?: readonly string[]
}

/**
 * git over HTTP: `git http-backend` behind a server that takes a token as Bearer, or as the password of
 * any user.
 */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  mkdirSync(options.repositories, { recursive: true })
  const requests: GitRequest[] = []
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const shown = readAuthorization(request.headers.authorization)
    const good = shown.token !== undefined && (await options.accepts(shown.token))
    const note = (status: number) =>
      void requests.push({ target: request.url ?? '', ...shown, status })
    if (!good) {
      note(401)
      const challenges = options.challenges ?? ['Basic realm="git"', 'Bearer realm="git"']
      response.writeHead(401, { 'WWW-Authenticate': [...challenges] }).end('who are you?\n')
      return
    }
    note(await serve(request, response, options.repositories))
  }
}

/** What a request shows: a token as it is, or as a password. */
export function readAuthorization(header: string | undefined) {
  const [, scheme, value = ''] = /^(\S+) (.*)$/.exec(header ?? '') ?? []
  const pair = scheme?.toLowerCase() === 'basic' ? decodeBasic(value) : undefined
  const token = pair?.password ?? (scheme?.toLowerCase() === 'bearer' ? value : undefined)
  return { scheme, username: pair?.username, token }
}

/** Runs the CGI program that comes with git (RFC 3875), and gives the status of its answer. */
async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  repositories: string,
): Promise<number> {
  const { pathname, search } = new URL(request.url ?? '', 'http://127.0.0.1')
  const { headers } = request
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_PROJECT_ROOT: repositories,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method,
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      REMOTE_USER: 'tester',
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => undefined)
  request.pipe(child.stdin)
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer)
  const answer = Buffer.concat(chunks)
  const end = answer.indexOf('\r\n\r\n')
  let status = 200
  for (const line of answer.subarray(0, end).toString().split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+): *(.*)$/.exec(line) ?? []
    if (name === 'Status') status = Number.parseInt(value, 10)
    else if (name !== '') response.setHeader(name, value)
  }
  response.writeHead(status).end(answer.subarray(end + 4))
  return status
}
