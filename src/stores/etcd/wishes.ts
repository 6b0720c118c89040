import { createHash } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import type { Wish } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import type { Gateway } from './gateway.ts'
import { nameIn, ordered, type Layout } from './layout.ts'
import * as wire from './wire.ts'

export interface Wishes {
  add(id: string, generation: number, text: string): Promise<void>
  list(id?: string): Promise<readonly Wish[]>
  drop(id: string, generation: number): Promise<void>
}

const longest = 1_000
/** Wishes that are kept for one session. */
const most = 100

/** `wishes/ID GENERATION DIGEST`: all that a reader's role may write. */
export function openWishes({ ask, now }: Pick<Gateway, 'ask' | 'now'>, keys: Layout): Wishes {
  return { add, list, drop }

  async function add(id: string, generation: number, text: string): Promise<void> {
    if (Buffer.byteLength(text) > longest) {
      throw new ToknError('store', words.etcd.longWish(longest))
    }
    const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22)
    const key = `${keys.wishesFor(id)}${ordered(generation)} ${digest}`
    const { answer } = await ask('/v3/kv/txn', {
      compare: [wire.isValue(key, undefined)],
      success: [
        wire.putting(key, JSON.stringify({ text, at: now() })),
        wire.getting({
          ...wire.allBelow(keys.wishesFor(id)),
          keys_only: true,
          sort_order: 'DESCEND',
          sort_target: 'MOD',
        }),
      ],
    })
    const [, wishes = []] = wire.rangesOf(answer)
    const old = wishes.slice(most).map((one) => wire.deleting(wire.one(one.key)))
    if (old.length > 0) await ask('/v3/kv/txn', { success: old.slice(0, most) })
  }

  async function list(id?: string): Promise<readonly Wish[]> {
    const from = id === undefined ? keys.wishes : keys.wishesFor(id)
    const { answer } = await ask('/v3/kv/range', wire.allBelow(from))
    return wire.valuesOf(answer).flatMap(({ key, value }) => {
      const { text, at } = wire.objectOf(value)
      const generation = Number(key.split(' ').at(-2))
      // From whoever may write it.
      if (typeof text !== 'string' || !Number.isSafeInteger(generation)) return []
      return { id: nameIn(key, keys.wishes), generation, text, at: typeof at === 'number' ? at : 0 }
    })
  }

  async function drop(id: string, generation: number): Promise<void> {
    const from = keys.wishesFor(id)
    await ask('/v3/kv/deleterange', wire.between(from, from + ordered(generation + 1)))
  }
}
