import { createCipheriv, diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto'
import { exportPublic } from './curve-keys.ts'
import {
  agreedKey,
  algorithm,
  encryption,
  lengths,
  wrapStart,
  type Jwe,
  type Recipient,
} from './jwe.ts'

/** `text` for all of `recipients`; `header` is authenticated, and not hidden. */
export function encryptFor(
  text: string,
  recipients: readonly Recipient[],
  header: Readonly<Record<string, unknown>>,
): Jwe {
  const head = { alg: algorithm, enc: encryption, ...header }
  const protectedHeader = Buffer.from(JSON.stringify(head)).toString('base64url')
  const [key, iv] = [randomBytes(lengths.key), randomBytes(lengths.iv)]
  const sealing = createCipheriv('aes-256-gcm', key, iv, { authTagLength: lengths.tag })
  sealing.setAAD(Buffer.from(protectedHeader))
  const ciphertext = Buffer.concat([sealing.update(text), sealing.final()])
  return {
    protected: protectedHeader,
    recipients: recipients.map((recipient) => wrapFor(recipient, key)),
    iv: iv.toString('base64url'),
    ciphertext: ciphertext.toString('base64url'),
    tag: sealing.getAuthTag().toString('base64url'),
  }
}

function wrapFor({ kid, key }: Recipient, content: Uint8Array): Jwe['recipients'][number] {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  const secret = diffieHellman({ privateKey, publicKey: key })
  const wrapping = createCipheriv('id-aes256-wrap', agreedKey(secret), wrapStart)
  const wrapped = Buffer.concat([wrapping.update(content), wrapping.final()])
  const epk = { kty: 'OKP', crv: 'X25519', x: exportPublic(publicKey) }
  return { header: { kid, epk }, encrypted_key: wrapped.toString('base64url') }
}
