import { describe, expect, test } from 'vitest'
import { Secret } from '../../../../src/core/secret.ts'
import { firstKeys } from '../../../../src/stores/shared/codec.ts'
import { keyFrom } from '../../../../src/stores/shared/keys.ts'
import { openKeyRing } from '../../../../src/stores/shared/key-ring.ts'
import { openKeys } from '../../../../src/stores/shared/store-keys.ts'
import { startMemoryServer } from '../../../support/memory-engine.ts'

const key = new Secret(Buffer.alloc(32, 1).toString('base64'))
const other = keyFrom(new Secret(Buffer.alloc(32, 2).toString('base64')), 'TOKN_STORE_KEY_FILE')
const { kid } = openKeys(key, undefined)

const open = async (given: Secret | undefined, isNew = false) => {
  const engine = startMemoryServer().connect()
  if (!isNew) await engine.writeDocument('keys', '', firstKeys(openKeys(key, undefined)))
  return openKeyRing(engine, () => given)
}

describe('the key at hand', () => {
  test('is told by its name, with what it may do and what the store is under', async () => {
    const reader = openKeys(key, undefined).refresher?.readerKey()
    expect(await (await open(key)).look()).toEqual({
      ...{ kid, role: 'refresher', from: 'TOKN_STORE_KEY', inUse: [kid] },
    })
    expect(await (await open(reader)).look()).toMatchObject({ kid, role: 'reader' })
    expect(await (await open(other, true)).look()).toMatchObject({
      ...{ from: 'TOKN_STORE_KEY_FILE', inUse: [] },
    })
  })

  test('is named by the variable that it came from, where it is another', async () => {
    await expect((await open(other)).look()).rejects.toMatchObject({
      code: 'store',
      message: expect.stringContaining('the key in TOKN_STORE_KEY_FILE'),
      hint: expect.stringContaining(kid),
    })
  })

  test('is asked for by name where there is none, and made for a new store alone', async () => {
    const refused = { code: 'store', message: expect.stringContaining(`opens with the key ${kid}`) }
    const there = await open(undefined)
    for (const ask of [there.look, there.writing, () => there.opening((keys) => keys)]) {
      const error: unknown = await ask().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject(refused)
      expect(error).not.toMatchObject({ hint: expect.stringContaining('openssl') })
    }
    await expect((await open(undefined, true)).look()).rejects.toMatchObject({
      hint: expect.stringContaining('openssl rand -base64 32'),
    })
  })
})
