import { diffieHellman } from 'node:crypto'
import {
  CompactSign,
  compactVerify,
  GeneralEncrypt,
  generalDecrypt,
  generalVerify,
  type GeneralJWE,
  type GeneralJWSInput,
} from 'jose'
import { describe, expect, test } from 'vitest'
import { firstKeys } from '../../../../src/stores/shared/codec.ts'
import { concatKey } from '../../../../src/stores/shared/concat-key.ts'
import {
  exportPublic,
  importPrivate,
  importPublic,
} from '../../../../src/stores/shared/curve-keys.ts'
import { decryptWith } from '../../../../src/stores/shared/jwe.ts'
import { encryptFor } from '../../../../src/stores/shared/jwe-sealing.ts'
import { isSigned, signCompact } from '../../../../src/stores/shared/jws.ts'
import { verifyPayload } from '../../../../src/stores/shared/signed-part.ts'
import { openKeys } from '../../../../src/stores/shared/store-keys.ts'
import { fullRow, newStoreKey } from '../../../support/sealed-row.ts'

const bytes = (text: string) => Buffer.from(text, 'base64url')
const publicOf = (curve: 'Ed25519' | 'X25519', x: string) => {
  const key = importPublic(curve, x)
  if (key === undefined) throw new Error('it is no key')
  return key
}

describe('published vectors', () => {
  test('RFC 7518 appendix C: the key of an agreed secret', () => {
    const secret = [
      ...[158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156],
      ...[251, 49, 110, 163, 218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196],
    ]
    const use = { algorithm: 'A128GCM', length: 16, partyU: 'Alice', partyV: 'Bob' }
    const key = concatKey(Uint8Array.from(secret), use)
    expect(Buffer.from(key).toString('base64url')).toBe('VqqN6vgjbSBcIijNcacQGg')
  })

  test('RFC 8037 appendix A.1 to A.5: a key, and what it signs', () => {
    const key = importPrivate('Ed25519', bytes('nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A'))
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
    expect(exportPublic(key)).toBe(x)
    const signed = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc'
    const signature = bytes(
      'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
    )
    expect(isSigned(signed, signature, publicOf('Ed25519', x))).toBe(true)
    expect(isSigned(`${signed}A`, signature, publicOf('Ed25519', x))).toBe(false)
  })

  test('RFC 7748 section 6.1, RFC 8037 appendix A.6: an agreement', () => {
    const bob = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'
    const privateKey = importPrivate('X25519', Buffer.from(bob, 'hex'))
    expect(exportPublic(privateKey)).toBe('3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08')
    const publicKey = publicOf('X25519', 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo')
    expect(diffieHellman({ privateKey, publicKey }).toString('hex')).toBe(
      '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    )
  })
})

describe('another implementation (jose)', () => {
  const keys = openKeys(newStoreKey(), undefined)
  const { refresher } = keys
  if (refresher === undefined) throw new Error('it is a reader')
  const set = refresher.set()
  const two = ['one', 'two'].map((kid, at) => ({
    kid,
    secret: importPrivate('X25519', Buffer.alloc(32, at + 1)),
  }))
  const recipients = two.map(({ kid, secret }) => ({
    kid,
    key: publicOf('X25519', exportPublic(secret)),
  }))
  const header = { typ: 'tokn-record', role: 'readers', id: 'a', name: 'ü', generation: 7 }

  test('opens what we encrypt, for each recipient', async () => {
    const jwe = encryptFor('a text of ours, ü', recipients, header) as unknown as GeneralJWE
    for (const { secret } of two) {
      const opened = await generalDecrypt(jwe, secret)
      expect(Buffer.from(opened.plaintext).toString()).toBe('a text of ours, ü')
      const fixed = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' }
      expect(opened.protectedHeader).toEqual({ ...fixed, ...header })
    }
    await expect(generalDecrypt(jwe, refresher.refreshers())).rejects.toThrow(
      'decryption operation failed',
    )
  })

  test('encrypts what we open', async () => {
    const encrypting = new GeneralEncrypt(Buffer.from('a text of theirs'))
    encrypting.setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', ...header })
    for (const { kid, key } of recipients) {
      encrypting.addRecipient(key).setUnprotectedHeader({ kid })
    }
    const jwe = await encrypting.encrypt()
    for (const { kid, secret } of two) {
      expect(decryptWith(jwe, kid, secret, header)).toBe('a text of theirs')
    }
  })

  test('verifies what we sign', async () => {
    const row = fullRow(keys, 'a', 3)
    for (const part of ['profile', 'record', 'index'] as const) {
      const verified = await compactVerify(row.parts[part] ?? '', publicOf('Ed25519', set.sign))
      expect(verified.protectedHeader).toEqual({ alg: 'EdDSA', kid: set.kid, typ: `tokn-${part}` })
      const payload: unknown = JSON.parse(Buffer.from(verified.payload).toString())
      expect(payload).toMatchObject({ id: 'a', name: 'name of a' })
    }
    const document = JSON.parse(firstKeys(keys)) as GeneralJWSInput
    const verified = await generalVerify(document, publicOf('Ed25519', set.sign))
    expect(JSON.parse(Buffer.from(verified.payload).toString())).toMatchObject({ sets: [set] })
  })

  test('opens what is for readers with the key of readers, and the rest with that of refreshers', async () => {
    const { payload } = await compactVerify(
      fullRow(keys, 'a').parts.record ?? '',
      publicOf('Ed25519', set.sign),
    )
    const record = JSON.parse(Buffer.from(payload).toString()) as Record<string, GeneralJWE>
    const { readers, refreshers } = record
    if (readers === undefined || refreshers === undefined) throw new Error('it is no record')
    const open = await generalDecrypt(readers, keys.readers())
    expect(JSON.parse(Buffer.from(open.plaintext).toString())).toHaveProperty('access')
    const rest = await generalDecrypt(refreshers, refresher.refreshers())
    const found: unknown = JSON.parse(Buffer.from(rest.plaintext).toString())
    expect(found).toMatchObject({ refresh: 'refresh-a-1', credentials: { password: 'password-a' } })
    await expect(generalDecrypt(refreshers, keys.readers())).rejects.toThrow(
      'decryption operation failed',
    )
  })

  test('signs what we verify', async () => {
    const payload = { id: 'a', name: 'n', generation: 1, ages: {}, keys: 0 }
    const theirs = await new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'EdDSA', kid: set.kid, typ: 'tokn-record' })
      .sign(refresher.signing)
    expect(verifyPayload(keys, 'record', { id: 'a', name: 'n' }, theirs)).toEqual(payload)
    const ours = signCompact(JSON.stringify(payload), 'tokn-record', set.kid, refresher.signing)
    expect(theirs).toBe(ours)
  })
})
