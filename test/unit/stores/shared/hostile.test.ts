import { createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ToknError } from '../../../../src/core/errors.ts'
import type { SharedParts } from '../../../../src/core/shared-engine.ts'
import {
  firstKeys,
  openJournal,
  openRecord,
  sealJournal,
  verifyPart,
  type NewParts,
  type SealedRow,
} from '../../../../src/stores/shared/codec.ts'
import { importPrivate } from '../../../../src/stores/shared/curve-keys.ts'
import { decryptWith } from '../../../../src/stores/shared/jwe.ts'
import { encryptFor } from '../../../../src/stores/shared/jwe-sealing.ts'
import { signCompact } from '../../../../src/stores/shared/jws.ts'
import { openKeys, recipientsFor } from '../../../../src/stores/shared/store-keys.ts'
import {
  fullRow,
  newRow,
  newStoreKey,
  readerOf,
  recordText,
  writeRow,
} from '../../../support/sealed-row.ts'

const key = newStoreKey()
const keys = openKeys(key, undefined)
const reader = openKeys(readerOf(key), undefined)
const stranger = openKeys(newStoreKey(), undefined)
const { refresher } = keys
if (refresher === undefined) throw new Error('it is a reader')

const journal = sealJournal(keys, { id: 'a', name: 'name of a', generation: 2 }, 'under way')
const whole = fullRow(keys, 'a', 2)
const row: SealedRow = { ...whole, parts: { ...whole.parts, journal } }
const kinds = ['profile', 'record', 'index', 'journal'] as const

/** Opens all parts of a row. */
function openAll(found: SealedRow, using = keys): void {
  openRecord(using, found)
  verifyPart(using, 'profile', found)
  verifyPart(using, 'index', found)
  if (using.refresher !== undefined) openJournal(using, found)
}

/** The sentence that it is refused with. */
function refusalOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ToknError && error.code === 'store') return error.message
    throw error
  }
  throw new Error('it was not refused')
}

function withParts(parts: SharedParts): SealedRow {
  return { ...row, parts: { ...row.parts, ...parts } }
}

test('the row that is changed below is good', () => {
  expect(() => openAll(row)).not.toThrow()
  expect(() => openAll(row, reader)).not.toThrow()
})

describe('refused with a sentence', () => {
  test('a single bit, anywhere', () => {
    for (const kind of kinds) {
      const text = row.parts[kind] ?? ''
      fc.assert(
        fc.property(fc.nat(text.length - 1), fc.nat(6), (at, bit) => {
          const changed = Buffer.from(text)
          changed[at] = (changed[at] ?? 0) ^ (1 << bit)
          expect(
            refusalOf(() => openAll(withParts({ [kind]: changed.toString('latin1') }))),
          ).toMatch(/is damaged|written with the key/)
        }),
        { numRuns: 60 },
      )
    }
  })

  test('what is longer, shorter, huge, or something else altogether', () => {
    for (const kind of kinds) {
      const text = row.parts[kind] ?? ''
      const deep = Buffer.from('['.repeat(100_000)).toString('base64url')
      const [header = '', , signature = ''] = text.split('.')
      const others = [
        ...['', '.', '..', 'null', '{}', `${text}\n`, ` ${text}`, `${text}.`, `${text}=`],
        ...[text.slice(1), text.slice(0, -1), text.slice(0, text.lastIndexOf('.')), text + text],
        ...['x'.repeat(1_000_000), `${header}.${deep}.${signature}`, `${deep}..${signature}`],
      ]
      for (const other of others) {
        expect(refusalOf(() => openAll(withParts({ [kind]: other })))).toContain('is damaged')
      }
    }
  })

  test('whatever else somebody writes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.constantFrom(...kinds),
        (text, kind) => {
          expect(refusalOf(() => openAll(withParts({ [kind]: text })))).toBeTruthy()
        },
      ),
      { numRuns: 200 },
    )
    fc.assert(
      fc.property(fc.json(), (text) => {
        const segment = Buffer.from(text).toString('base64url')
        const [header, , signature] = (row.parts.record ?? '').split('.')
        expect(
          refusalOf(() => openAll(withParts({ record: `${header}.${segment}.${signature}` }))),
        ).toBeTruthy()
        expect(
          refusalOf(() => openAll(withParts({ record: `${segment}.${segment}.${signature}` }))),
        ).toBeTruthy()
        expect(refusalOf(() => openKeys(key, text))).toBeTruthy()
      }),
      { numRuns: 100 },
    )
  })

  test('another algorithm: none, a MAC with what is public, RSA', () => {
    const [, payload] = (row.parts.record ?? '').split('.')
    for (const alg of ['none', 'None', 'HS256', 'RS256', 'PS256', 'ES256', 'Ed25519', 'ed25519']) {
      const header = Buffer.from(JSON.stringify({ alg, kid: keys.kid, typ: 'tokn-record' }))
      const signed = `${header.toString('base64url')}.${payload}`
      const mac = createHmac('sha256', Buffer.from(refresher.set().sign, 'base64url'))
      for (const end of ['', mac.update(signed).digest('base64url')]) {
        expect(refusalOf(() => openAll(withParts({ record: `${signed}.${end}` })))).toContain(
          'the session in the store is damaged',
        )
      }
    }
  })

  test('a key of its own within what is signed', () => {
    const set = stranger.refresher?.set()
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: set?.sign }
    const header = { alg: 'EdDSA', kid: keys.kid, typ: 'tokn-record', jwk }
    const [, payload] = (row.parts.record ?? '').split('.')
    const signed = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}`
    expect(
      refusalOf(() => openAll(withParts({ record: `${signed}.${'A'.repeat(86)}` }))),
    ).toBeTruthy()
  })

  test('what another key has written: the sentence names both', () => {
    const said = refusalOf(() => openAll(fullRow(stranger, 'a', 2)))
    expect(said).toBe(
      `the session in the store was written with the key ${stranger.kid}, and TOKN_STORE_KEY is ${keys.kid}`,
    )
    expect(refusalOf(() => openKeys(key, firstKeys(stranger)))).toBe(
      `the key in TOKN_STORE_KEY (${keys.kid}) is not one of this store, which is under ${stranger.kid}`,
    )
  })

  test('what a reader writes: it has no key that signs', () => {
    // With everything that a reader has: its private key taken for one that signs.
    const secret = Buffer.from(readerOf(key).reveal().slice('tokn-reader-'.length), 'base64url')
    const forged = importPrivate('Ed25519', secret.subarray(0, 32))
    const payload = Buffer.from((row.parts.profile ?? '').split('.')[1] ?? '', 'base64url')
    const profile = signCompact(payload.toString(), 'tokn-profile', keys.kid, forged)
    expect(refusalOf(() => verifyPart(keys, 'profile', withParts({ profile })))).toContain(
      'the profile in the store is damaged, or was not written with the key of the store',
    )
  })

  test('a list of keys that somebody else has signed, with ours in it', () => {
    const ours = JSON.parse(firstKeys(keys)) as { payload: string; signatures: object[] }
    const theirs = JSON.parse(firstKeys(stranger)) as typeof ours
    const payload = JSON.parse(Buffer.from(ours.payload, 'base64url').toString()) as {
      sets: object[]
    }
    const both = { ...payload, sets: [...payload.sets, stranger.refresher?.set()] }
    const text = Buffer.from(JSON.stringify(both)).toString('base64url')
    for (const signatures of [ours.signatures, theirs.signatures, [], 'x', [null], undefined]) {
      const document = JSON.stringify({ payload: text, signatures })
      expect(refusalOf(() => openKeys(key, document))).toContain('the list of keys in the store')
    }
    expect(refusalOf(() => openKeys(key, `${'['.repeat(10_000)}`))).toBeTruthy()
    expect(
      refusalOf(() => openKeys(key, JSON.stringify({ ...ours, signatures: [ours.signatures, 1] }))),
    ).toBeTruthy()
  })
})

describe('nothing is taken for what it is not', () => {
  const other = fullRow(keys, 'b', 2)

  test('parts of another session', () => {
    const foreign = { ...other.parts, journal: sealJournal(keys, { ...other }, 'x') }
    for (const kind of kinds) {
      expect(refusalOf(() => openAll(withParts({ [kind]: foreign[kind] })))).toContain(
        'is that of "name of b" (b), and was put in the place of "name of a" (a)',
      )
    }
  })

  test('the whole of it under another id, name or generation', () => {
    for (const changed of [{ id: 'b' }, { name: 'name of b' }]) {
      expect(refusalOf(() => openAll({ ...row, ...changed }))).toContain('was put in the place of')
    }
    for (const generation of [1, 3]) {
      expect(refusalOf(() => openAll({ ...row, generation }))).toContain('is damaged')
    }
  })

  test('one part for another', () => {
    for (const kind of kinds) {
      for (const place of kinds.filter((one) => one !== kind)) {
        expect(refusalOf(() => openAll(withParts({ [place]: row.parts[kind] })))).toBeTruthy()
      }
    }
  })

  test('what is for readers and what is for refreshers, exchanged by one who can sign', () => {
    const [, body = ''] = (row.parts.record ?? '').split('.')
    const payload = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>
    for (const changed of [
      { ...payload, readers: payload['refreshers'], refreshers: payload['readers'] },
      { ...payload, readers: undefined },
      { ...payload, refreshers: {} },
    ]) {
      const text = JSON.stringify(changed)
      const record = signCompact(text, 'tokn-record', keys.kid, refresher.signing)
      expect(refusalOf(() => openAll(withParts({ record })))).toContain('the session in the store')
    }
  })
})

describe('what is encrypted', () => {
  const header = { typ: 'tokn-record', id: 'a' }
  const jwe = encryptFor('a text', recipientsFor(keys, 'readers'), header)
  const [mine] = jwe.recipients
  if (mine === undefined) throw new Error('it is for nobody')
  const open = (value: unknown) => decryptWith(value, keys.kid, keys.readers(), header)

  test('opens as it is, and with nothing missing, doubled, exchanged or added', () => {
    expect(open(jwe)).toBe('a text')
    const head = (more: object) =>
      Buffer.from(
        JSON.stringify({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', ...header, ...more }),
      ).toString('base64url')
    const epk = (x: string) => ({
      ...mine,
      header: { ...mine.header, epk: { ...mine.header.epk, x } },
    })
    const wrong: readonly unknown[] = [
      ...[undefined, null, [], 'x', {}, { ...jwe, recipients: [] }, { ...jwe, recipients: {} }],
      ...[
        { ...jwe, recipients: [mine, mine] },
        { ...jwe, recipients: [null] },
      ],
      { ...jwe, recipients: [{ ...mine, header: { ...mine.header, kid: 'x' } }] },
      ...['', 'AAAA', 'A'.repeat(43), 'A'.repeat(54)].map((x) => ({
        ...jwe,
        recipients: [epk(x)],
      })),
      ...['', 'AAAA'].map((encrypted_key) => ({
        ...jwe,
        recipients: [{ ...mine, encrypted_key }],
      })),
      ...['iv', 'tag', 'ciphertext', 'protected'].map((name) => ({ ...jwe, [name]: 'AAAA' })),
      ...[{ zip: 'DEF' }, { crit: ['x'] }, { alg: 'dir' }, { enc: 'A128GCM' }, { id: 'b' }].map(
        (more) => ({ ...jwe, protected: head(more) }),
      ),
    ]
    for (const value of wrong) expect(open(value)).toBeUndefined()
  })
})

describe('parts of different ages', () => {
  const parts = ['profile', 'index', 'record'] as const
  const step = fc.uniqueArray(fc.constantFrom(...parts), { minLength: 1, maxLength: 3 })

  test('are taken together where they were together once, and only there', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
        const past = [fullRow(keys, 'a', 1)]
        for (const [at, names] of steps.entries()) {
          const last = past.at(-1) ?? newRow('a')
          const generation = last.generation + 1
          const all: NewParts = {
            profile: `profile ${at}`,
            index: `index ${at}`,
            record: { generation, text: recordText('a', generation) },
          }
          const chosen = Object.fromEntries(names.map((name) => [name, all[name]]))
          past.push(writeRow(keys, last, chosen))
        }
        for (const one of past) openAll(one)
        for (const one of past) {
          for (const two of past) {
            for (const three of past) {
              const mixed: SealedRow = {
                ...two,
                parts: {
                  profile: one.parts.profile,
                  record: two.parts.record,
                  index: three.parts.index,
                },
              }
              const was = past.some(({ parts: then }) =>
                parts.every((name) => then[name] === mixed.parts[name]),
              )
              if (was) openAll(mixed)
              else expect(refusalOf(() => openAll(mixed))).toContain('is older than')
            }
          }
        }
      }),
      { numRuns: 6 },
    )
  })

  test('a list of keys that was put back is noticed by what was written since', () => {
    const next = openKeys(key, firstKeys(keys))
    const written = fullRow(next, 'a')
    openAll(written, next)
    const back = { ...next, inUse: { serial: 0, sets: [], former: [] } }
    expect(refusalOf(() => openAll(written, back))).toContain('an older list of keys')
  })
})
