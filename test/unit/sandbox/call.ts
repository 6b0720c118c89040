import { request } from 'node:http'
import { startSandbox, type SandboxApi, type SandboxName } from '../../../src/sandbox/server.ts'
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/server.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  // The tests look into bodies of every shape; their expectations are the check.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Text is sent as it is, all else as JSON. */
  readonly body?: unknown
}

export function call(method: string, url: string, options: CallOptions = {}): Promise<Answer> {
  const { body } = options
  const isText = typeof body === 'string' || body === undefined
  const type = isText ? {} : { 'content-type': 'application/json' }
  const headers = { ...type, ...options.headers }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const json = response.headers['content-type']?.includes('json') && text !== ''
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: json ? JSON.parse(text) : undefined,
        })
      })
    })
    sent.on('error', reject)
    sent.end(isText ? body : JSON.stringify(body))
  })
}

export async function startOne(
  name: SandboxName,
  options: SandboxOptions = {},
): Promise<{ sandbox: Sandbox; api: SandboxApi }> {
  const sandbox = await startSandbox({ ...options, names: [name] })
  return { sandbox, api: sandbox.apis[0]! }
}

export function readJwt(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >
}
