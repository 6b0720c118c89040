import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import { readPrivateKey } from '../../../src/providers/oauth/client/keys.ts'
import { canCertify, certify, type Certificate } from '../io/certificates.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const texts = {
  'RSA in PKCS #8': [rsa.export({ type: 'pkcs8', format: 'pem' }).toString(), 'RS256'],
  'RSA in PKCS #1': [rsa.export({ type: 'pkcs1', format: 'pem' }).toString(), 'RS256'],
  'EC in SEC 1': [ec.export({ type: 'sec1', format: 'pem' }).toString(), 'ES256'],
} as const

const read = async (text: string, certificate?: string) =>
  await readPrivateKey(
    new Secret(text),
    undefined,
    certificate === undefined ? undefined : new Secret(certificate),
  )

describe('a key in PEM', () => {
  const forms: Readonly<Record<string, (pem: string) => string>> = {
    'as it is': (pem) => pem,
    'without a final newline': (pem) => pem.trimEnd(),
    'with CRLF': (pem) => pem.replaceAll('\n', '\r\n'),
    'with \\n as two characters': (pem) => pem.replaceAll('\n', '\\n'),
    'with \\r\\n as four': (pem) => pem.replaceAll('\n', '\\r\\n'),
    'with the guards on lines of their own, and one between': (pem) => {
      const [first, ...rest] = pem.trim().split('\n')
      return `${first}\n${rest.slice(0, -1).join('')}\n${rest.at(-1)}`
    },
    'all on one line': (pem) => pem.replaceAll('\n', ''),
    'with spaces for newlines': (pem) => pem.replaceAll('\n', ' '),
    'in quotes': (pem) => `"${pem.replaceAll('\n', '\\n')}"`,
    'after a byte order mark': (pem) => `\uFEFF${pem}`,
    indented: (pem) => pem.replaceAll(/^/gm, '    '),
    'after parameters': (pem) =>
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pem}`,
    'after words': (pem) => `Bag Attributes\n    friendlyName: one\n${pem}`,
  }
  for (const [form, write] of Object.entries(forms)) {
    it.each(Object.entries(texts))(`${form}: %s`, async (_name, [pem, algorithm]) => {
      expect(await read(write(pem))).toMatchObject({ algorithm, thumbprints: undefined })
    })
  }

  it.each([
    ['nothing', ''],
    ['half of it', texts['RSA in PKCS #8'][0].slice(0, 400)],
    ['a public key', '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n'],
    ['nothing between the guards', '-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----'],
  ])('is refused with %s', async (_name, text) => {
    const message = expect.stringContaining('neither a private key in PEM nor a JWK')
    await expect(read(text)).rejects.toMatchObject({ code: 'usage', message })
  })

  it('is refused where it is encrypted, and that is said', async () => {
    for (const type of ['pkcs8', 'pkcs1'] as const) {
      const options = { type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const
      const locked = rsa.export(options as never).toString()
      const message = expect.stringContaining('encrypted')
      await expect(read(locked)).rejects.toMatchObject({ code: 'usage', message })
      await expect(read(locked.replaceAll('\n', '\\n'))).rejects.toMatchObject({ message })
    }
  })
})

describe.skipIf(!canCertify())('the certificate of a key', () => {
  let directory: string
  let own: Certificate
  let other: Certificate
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tokn-certificate-'))
    own = certify(directory, 'own', { authority: true })
    other = certify(directory, 'other', { authority: true })
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  const pem = ({ certPath }: Certificate) => readFileSync(certPath, 'utf8')
  const key = ({ keyPath }: Certificate) => readFileSync(keyPath, 'utf8')
  const prints = (certificate: Certificate) => {
    const { raw } = new X509Certificate(pem(certificate))
    const digest = (name: string) => createHash(name).update(raw).digest('base64url')
    return { x5t: digest('sha1'), 'x5t#S256': digest('sha256') }
  }

  it('is found beside it, in whichever order, and among those of its authorities', async () => {
    for (const text of [
      key(own) + pem(own),
      pem(own) + key(own),
      key(own) + pem(other) + pem(own),
      (key(own) + pem(own)).replaceAll('\n', '\\n'),
    ]) {
      expect(await read(text)).toMatchObject({ thumbprints: prints(own) })
    }
    expect(await read(key(own), pem(other) + pem(own))).toMatchObject({ thumbprints: prints(own) })
  })

  it('is refused where it is that of another, or none', async () => {
    const another = expect.stringContaining('belongs to another key')
    await expect(read(key(own), pem(other))).rejects.toMatchObject({ message: another })
    await expect(read(key(own) + pem(other))).rejects.toMatchObject({ message: another })
    const damaged = expect.stringContaining('is damaged')
    for (const text of [
      '',
      'nothing',
      key(own),
      pem(own).slice(0, 200),
      pem(own).replace('MII', 'AAA'),
    ]) {
      await expect(read(key(own), text)).rejects.toMatchObject({ code: 'usage', message: damaged })
    }
  })
})
