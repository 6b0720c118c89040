import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readAuthorization } from './git-server.ts'

export interface Registry {
  /** Host and port. */
  readonly host: string
  /** What was shown for tokens of its own, or for everything where it gives none. */
  readonly shown: ReturnType<typeof readAuthorization>[]
  close(): Promise<void>
}

interface RegistryOptions {
  accepts(token: string): boolean | Promise<boolean>
  /** Whether it takes Basic itself, or gives tokens of its own for that at another address. */
  readonly kind: 'basic' | 'token'
}

/** A registry of images by the distribution specification, as much of it as a copy needs. */
export async function startRegistry({ accepts, kind }: RegistryOptions): Promise<Registry> {
  const blobs = new Map<string, Buffer>()
  const manifests = new Map<string, { readonly type: string; readonly body: Buffer }>()
  const issued = new Set<string>()
  const shown: ReturnType<typeof readAuthorization>[] = []
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    shown,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    const url = new URL(request.url ?? '', `http://${host}`)
    if (url.pathname === '/token') return await giveToken(request, response)
    if (!(await isAllowed(request))) {
      const challenge =
        kind === 'basic'
          ? 'Basic realm="images"'
          : `Bearer realm="http://${host}/token",service="images"`
      const error = JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'who are you?' }] })
      response.writeHead(401, { 'WWW-Authenticate': challenge }).end(error)
      return
    }
    serve(request.method ?? '', url, request, body, response)
  }

  async function isAllowed(request: IncomingMessage): Promise<boolean> {
    const authorization = readAuthorization(request.headers.authorization)
    if (kind === 'token') return issued.has(authorization.token ?? '')
    if (authorization.token === undefined) return false
    shown.push(authorization)
    return await accepts(authorization.token)
  }

  async function giveToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const authorization = readAuthorization(request.headers.authorization)
    shown.push(authorization)
    if (authorization.token === undefined || !(await accepts(authorization.token))) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="images"' }).end('{}')
      return
    }
    const token = randomBytes(16).toString('hex')
    issued.add(token)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ token, expires_in: 60 }))
  }

  function serve(
    method: string,
    { pathname, searchParams }: URL,
    { headers }: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const [, , , kindOf, reference = ''] = pathname.split('/')
    if (kindOf === 'manifests' && method === 'PUT') {
      const digest = digestOf(body)
      const manifest = { type: headers['content-type'] ?? '', body }
      manifests.set(reference, manifest).set(digest, manifest)
      response.writeHead(201, { 'Docker-Content-Digest': digest, Location: pathname }).end()
    } else if (kindOf === 'blobs' && method === 'POST') {
      response.writeHead(202, { Location: `${pathname}x`, Range: '0-0' }).end()
    } else if (kindOf === 'blobs' && method === 'PATCH') {
      blobs.set(pathname, body)
      response.writeHead(202, { Location: pathname, Range: `0-${body.length - 1}` }).end()
    } else if (kindOf === 'blobs' && method === 'PUT') {
      const digest = searchParams.get('digest') ?? ''
      blobs.set(digest, body.length > 0 ? body : (blobs.get(pathname) ?? body))
      response.writeHead(201, { 'Docker-Content-Digest': digest, Location: pathname }).end()
    } else {
      const manifest = manifests.get(reference)
      const found = kindOf === 'manifests' ? manifest?.body : blobs.get(reference)
      if (found === undefined) return void response.writeHead(pathname === '/v2/' ? 200 : 404).end()
      const type = kindOf === 'manifests' ? manifest?.type : undefined
      response.writeHead(200, {
        'Content-Type': type ?? 'application/octet-stream',
        'Content-Length': found.length,
        'Docker-Content-Digest': digestOf(found),
      })
      response.end(method === 'HEAD' ? undefined : found)
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** An image of one empty layer, as skopeo's `dir:` has it. */
export function writeImage(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const tar = Buffer.alloc(1_024)
  const layer = gzipSync(tar)
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
      history: [{ created: '2026-01-01T00:00:00Z' }],
    }),
  )
  const part = (mediaType: string, bytes: Buffer) => {
    const digest = digestOf(bytes)
    writeFileSync(join(folder, digest.slice('sha256:'.length)), bytes)
    return { mediaType, size: bytes.length, digest }
  }
  const docker = 'application/vnd.docker'
  const manifest = {
    schemaVersion: 2,
    mediaType: `${docker}.distribution.manifest.v2+json`,
    config: part(`${docker}.container.image.v1+json`, config),
    layers: [part(`${docker}.image.rootfs.diff.tar.gzip`, layer)],
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'version'), 'Directory Transport Version: 1.1\n')
}
