import { describe, expect, it } from 'vitest'
import { openKeychain } from '../../../src/stores/keychain.ts'
import type { Keytar } from '../../../src/stores/keychain/keytar.ts'
import type { Store } from '../../../src/core/ports.ts'

/**
 * A simulation: it has the limit of the Windows Credential Manager (2,560 bytes to a blob) and
 * nothing else of it. It proves how values are split, not how Windows behaves.
 */
function simulate(): {
  entries: Map<string, string>
  keytar: Keytar
  failAt: (call: number) => void
} {
  const entries = new Map<string, string>()
  let calls = 0
  let failing = Number.POSITIVE_INFINITY
  const count = (): void => {
    if (++calls >= failing) throw new Error('the process was killed here')
  }
  return {
    entries,
    failAt: (call) => {
      calls = 0
      failing = call
    },
    keytar: {
      async getPassword(_service, account) {
        count()
        return entries.get(account) ?? null
      },
      async setPassword(_service, account, value) {
        if (value.length > 2_560) throw new Error('The stub received bad data')
        count()
        entries.set(account, value)
      },
      async deletePassword(_service, account) {
        count()
        return entries.delete(account)
      },
    },
  }
}

const open = (keytar: Keytar): Store => openKeychain({ platform: 'win32', keytar: () => keytar })
const textOf = (generation: number, size: number): string =>
  JSON.stringify({ generation, filling: String.fromCharCode(97 + generation).repeat(size) })

describe('a value that is longer than an entry (simulation of the Windows limit)', () => {
  it.each([1, 1_500, 1_775, 1_776, 1_900, 10_000, 65_000])(
    'of %i bytes comes back',
    async (size) => {
      const { keytar, entries } = simulate()
      await open(keytar).write('a', 1, textOf(1, size))
      expect(await open(keytar).read('a')).toBe(textOf(1, size))
      await open(keytar).remove('a')
      expect(entries.size).toBe(0)
    },
  )

  it.each([
    [5_000, 9_000],
    [9_000, 5_000],
    [5_000, 10],
    [10, 5_000],
  ])('of %i bytes is replaced by one of %i without anything left over', async (first, second) => {
    const { keytar, entries } = simulate()
    await open(keytar).write('a', 1, textOf(1, first))
    await open(keytar).write('a', 2, textOf(2, second))
    expect(await open(keytar).read('a')).toBe(textOf(2, second))
    const expected = second > 2_000 ? 1 + Math.ceil((textOf(2, second).length * 4) / 3 / 2_400) : 1
    expect(entries.size).toBe(expected)
  })

  it.each([
    [5_000, 9_000],
    [9_000, 5_000],
    [5_000, 10],
    [10, 5_000],
  ])(
    'of %i bytes, replaced by one of %i, is the old or the new wherever that is cut off',
    async (first, second) => {
      const seen = new Set<string>()
      for (let call = 1; call < 40; call++) {
        const { keytar, entries, failAt } = simulate()
        const store = open(keytar)
        await store.write('a', 1, textOf(1, first))
        failAt(call)
        const done = await store.write('a', 2, textOf(2, second)).then(
          () => true,
          () => false,
        )
        failAt(Number.POSITIVE_INFINITY)
        const text = await store.read('a')
        expect([textOf(1, first), textOf(2, second)]).toContain(text)
        seen.add(text ?? '')
        // What the cut left behind is in nobody's way, and goes with the session.
        await store.write('a', 3, textOf(3, 7_000))
        expect(await store.read('a')).toBe(textOf(3, 7_000))
        await store.remove('a')
        expect(entries.size).toBe(0)
        if (done) break
      }
      expect(seen.size).toBe(2)
    },
  )

  it('is refused when its parts do not belong together', async () => {
    for (const damage of [
      (entries: Map<string, string>) => entries.delete('a.a.1'),
      (entries: Map<string, string>) => entries.set('a.a.1', 'x'),
      (entries: Map<string, string>) => entries.set('a', entries.get('a')!.replace(':4:', ':3:')),
    ]) {
      const { keytar, entries } = simulate()
      const store = open(keytar)
      await store.write('a', 1, textOf(1, 7_000))
      expect(entries.get('a')).toMatch(/^parts:a:4:/)
      damage(entries)
      await expect(store.read('a')).rejects.toMatchObject({
        code: 'store',
        message: 'the stored session in the keychain is damaged',
      })
      await store.write('a', 2, textOf(2, 10))
      expect(await store.read('a')).toBe(textOf(2, 10))
    }
  })

  it('is whole for a reader while a writer replaces it again and again', async () => {
    const { keytar } = simulate()
    const store = open(keytar)
    await store.write('a', 0, textOf(0, 4_000))
    const state = { writing: true }
    const writer = (async () => {
      for (let generation = 1; generation < 10; generation++) {
        await store.write('a', generation, textOf(generation, 4_000 + 900 * generation))
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      state.writing = false
    })()
    while (state.writing) {
      await new Promise((resolve) => setImmediate(resolve))
      const text = await open(keytar).read('a')
      expect(text).toMatch(/^\{"generation":(\d),"filling":"(.)\2{3999,}"\}$/)
    }
    await writer
  })
})
