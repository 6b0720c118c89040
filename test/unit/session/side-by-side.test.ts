import { describe, expect, it } from 'vitest'
import { sideBySide } from '../../../src/session/side-by-side.ts'

interface Item {
  readonly name: string
  readonly server: string
  readonly isCounted?: boolean
}

/** Runs items to the end; tells the most that were at work at once, in all and by server. */
async function most(items: readonly Item[]) {
  const now = new Map<string, number>()
  const highest = new Map<string, number>()
  const count = (name: string, change: number) => {
    const there = (now.get(name) ?? 0) + change
    now.set(name, there)
    highest.set(name, Math.max(highest.get(name) ?? 0, there))
  }
  const results = await sideBySide(items, {
    serverOf: ({ server }) => server,
    isCounted: async ({ isCounted = false }) => isCounted,
    work: async ({ name, server }) => {
      count('all', 1)
      count(server, 1)
      // The first of them end last.
      for (let turn = 100 - Number(name); turn > 0; turn--) await Promise.resolve()
      count('all', -1)
      count(server, -1)
      return name
    },
  })
  return { results, highest: Object.fromEntries(highest) }
}

function itemsAt(...servers: readonly string[]): readonly Item[] {
  return servers.map((server, index) => ({
    name: String(index),
    server,
    isCounted: server === 'counts',
  }))
}

describe('side by side', () => {
  it.each([
    ['none', [], {}],
    ['one', ['a'], { all: 1, a: 1 }],
    ['of one server two', ['a', 'a', 'a', 'a', 'a'], { all: 2, a: 2 }],
    ['of a server that counts one', ['counts', 'counts', 'counts'], { all: 1, counts: 1 }],
    [
      'of several servers four',
      ['a', 'a', 'a', 'a', 'b', 'c', 'd', 'counts', 'counts'],
      { all: 4, a: 2, b: 1, c: 1, d: 1, counts: 1 },
    ],
  ] as const)('%s, with results in order', async (_, servers, expected) => {
    const { results, highest } = await most(itemsAt(...servers))
    expect(results).toEqual(servers.map((_, index) => String(index)))
    expect(highest).toEqual(expected)
  })

  it('begins nothing further after an error', async () => {
    const begun: string[] = []
    const all = sideBySide(itemsAt('a', 'a', 'a', 'a'), {
      serverOf: ({ server }) => server,
      work: async ({ name }) => {
        begun.push(name)
        if (name === '0') throw new Error('interrupted')
        return await new Promise<string>((resolve) => setImmediate(() => resolve(name)))
      },
    })
    await expect(all).rejects.toThrow('interrupted')
    expect(begun).toEqual(['0', '1'])
  })

  it('leaves no error unheard that comes after the first', async () => {
    const unheard: unknown[] = []
    const hear = (error: unknown) => void unheard.push(error)
    process.on('unhandledRejection', hear)
    const all = sideBySide(itemsAt('a', 'b'), {
      serverOf: ({ server }) => server,
      work: async ({ name }) => {
        if (name === '1') await new Promise((resolve) => setImmediate(resolve))
        throw new Error(name)
      },
    })
    await expect(all).rejects.toThrow('0')
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', hear)
    expect(unheard).toEqual([])
  })
})
