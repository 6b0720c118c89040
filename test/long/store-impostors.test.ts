import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createWeb } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext, TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { EngineOptions, SharedEngine } from '../../src/core/shared-engine.ts'
import { createHttp } from '../../src/io/http/http.ts'
import { openEtcd } from '../../src/stores/etcd/engine.ts'
import { openPostgres } from '../../src/stores/postgres/engine.ts'
import { openRedis } from '../../src/stores/redis/engine.ts'
import { canCertify, certify, type Certificate } from '../unit/io/certificates.ts'

const openers = {
  'postgres:': openPostgres,
  'rediss:': openRedis,
  'etcds:': openEtcd,
  'etcd:': openEtcd,
} as const

function open(scheme: keyof typeof openers, place: string, authority?: Certificate): SharedEngine {
  const options: EngineOptions = {
    url: new URL(`${scheme}//me:canary-password@${place}`),
    ca: authority?.cert,
    time: { now: Date.now, monotonic: () => performance.now() },
    timeLeft: () => 3_000,
    environment: {},
    http: async () => createHttp({ environment: {}, ca: authority?.certPath }),
  }
  const engine = openers[scheme](options)
  onTestFinished(async () => await engine.close())
  return engine
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** Speaks TLS with this certificate, to PostgreSQL's clients once they have asked; `heard` is in clear. */
async function startTls({ key, cert }: Certificate) {
  const heard: Buffer[] = []
  const secure = (socket: Socket) => {
    const context = createSecureContext({ key, cert })
    const inside = new TLSSocket(socket, { isServer: true, secureContext: context })
    inside.on('data', (chunk: Buffer) => heard.push(chunk)).on('error', () => undefined)
  }
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null
      if (first === null) return
      if (first[0] === 0) socket.write('S')
      else socket.unshift(first)
      secure(socket)
    })
  })
  return { port: await listen(server), heard }
}

describe.skipIf(!canCertify())('a server with a certificate', () => {
  const cases = [
    ['that is over', { to: '20210101000000Z' }],
    ['that is not yet valid', { from: '20480101000000Z' }],
    ['for another name', { names: 'DNS:other.example' }],
  ] as const
  test.each(cases)('%s is told nothing', async (_, wanted) => {
    const folder = mkdtempSync(join(tmpdir(), 'tokn-impostors-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const authority = certify(folder, 'authority', { authority: true })
    const { port, heard } = await startTls(
      certify(folder, 'server', { issuer: authority, ...wanted }),
    )
    for (const scheme of ['postgres:', 'rediss:', 'etcds:'] as const) {
      const place = `localhost:${port}/0${scheme === 'postgres:' ? '?sslmode=require' : ''}`
      const failure = await open(scheme, place, authority)
        .find('web')
        .catch((error: unknown) => error)
      expect(failure, scheme).toMatchObject({ code: 'network', retryable: false })
      expect(String(failure), scheme).toMatch(/certificate/)
    }
    expect(heard).toEqual([])
  })
})

describe('what answers in place of etcd', () => {
  const answering = async (status: number, body: string, to?: string) => {
    const asked: string[] = []
    const server = createWeb((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(status, to === undefined ? {} : { location: to + request.url })
      response.end(body)
    })
    return { port: await listen(server), asked }
  }

  test.each([301, 302, 307, 308])('and redirects (%i) moves no password', async (status) => {
    const other = await answering(200, '{}')
    const { port } = await answering(status, '', `http://127.0.0.1:${other.port}`)
    const failure = await open('etcd:', `127.0.0.1:${port}`)
      .find('web')
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'network' })
    expect(String(failure)).not.toContain('canary')
    expect(other.asked).toEqual([])
  })

  test('and gives the same page for ever has no more than that', async () => {
    const kvs = [{ key: 5, value: {} }, { key: Buffer.from('/tokn/rows/').toString('base64') }]
    const answer = {
      header: {},
      token: 'x',
      kvs,
      responses: [{ response_range: { kvs: [7, null] } }, 5],
    }
    const { port, asked } = await answering(200, JSON.stringify(answer))
    const engine = open('etcd:', `127.0.0.1:${port}`)
    const page = await engine.list(undefined, 500)
    expect(await engine.list(page.at(-1)?.id ?? '', 500)).toEqual([])
    expect(await engine.find('web')).toBeUndefined()
    expect(asked).toHaveLength(4)
  })
})
