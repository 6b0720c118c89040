import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GivenKeys } from './renewing-api.ts'

/**
 * As much of STS as `aws sts get-caller-identity` asks for: a request has to be signed with the keys that
 * `keys` gives, or with those that a token was exchanged for which `isToken` knows.
 */
export interface SignedApi {
  readonly origin: string
  /** The access key ids of all requests, and whether each was signed rightly. */
  readonly seen: ReadonlyArray<readonly [id: string | undefined, good: boolean]>
  close(): Promise<void>
}

export async function startSignedApi(
  keys: () => GivenKeys | undefined,
  isToken: (token: string | undefined) => boolean = () => false,
): Promise<SignedApi> {
  const exchanged = { id: 'ASIAEXCHANGED', secret: 'exchanged+secret', session: 'exchanged' }
  const seen: Array<readonly [string | undefined, boolean]> = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const asked = new URLSearchParams(body.toString())
      response.setHeader('content-type', 'text/xml')
      if (asked.get('Action') === 'AssumeRoleWithWebIdentity') {
        const known = isToken(asked.get('WebIdentityToken') ?? undefined)
        return void response.writeHead(known ? 200 : 403).end(known ? assumed(exchanged) : refusal)
      }
      const good = [keys(), exchanged].some((one) => isSigned(request, body, one))
      seen.push([credentialOf(request)[0], good])
      response.writeHead(good ? 200 : 403).end(good ? identity : refusal)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function assumed({ id, secret, session }: GivenKeys): string {
  const end = new Date(Date.now() + 3_600_000).toISOString()
  return (
    '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">' +
    `<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${id}</AccessKeyId>` +
    `<SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${session}</SessionToken>` +
    `<Expiration>${end}</Expiration></Credentials></AssumeRoleWithWebIdentityResult>` +
    '</AssumeRoleWithWebIdentityResponse>'
  )
}

const identity =
  '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">' +
  '<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>ada</UserId>' +
  '<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>'

const refusal =
  '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>' +
  '<Message>refused</Message></Error></ErrorResponse>'

/** Access key id, date, region and service of the signature. */
function credentialOf({ headers }: IncomingMessage): readonly string[] {
  return /Credential=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split('/') ?? []
}

/** Signature Version 4, for requests to `/` without a query. */
function isSigned(request: IncomingMessage, body: Buffer, keys: GivenKeys | undefined): boolean {
  const { headers, method = '' } = request
  const [id, date = '', region = '', service = ''] = credentialOf(request)
  if (keys === undefined || id !== keys.id) return false
  if (headers['x-amz-security-token'] !== keys.session) return false
  const { authorization = '' } = headers
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? ''
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const hashed = createHash('sha256').update(body).digest('hex')
  const canonical = [method, '/', '', lines.join(''), names, hashed].join('\n')
  const text = [
    'AWS4-HMAC-SHA256',
    String(headers['x-amz-date']),
    [date, region, service, 'aws4_request'].join('/'),
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n')
  const key = [date, region, service, 'aws4_request'].reduce<Buffer | string>(
    (before, part) => createHmac('sha256', before).update(part).digest(),
    `AWS4${keys.secret}`,
  )
  return authorization.endsWith(createHmac('sha256', key).update(text).digest('hex'))
}
