import { createHash } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import type { Wish } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import type { Gateway } from './gateway.ts'
import { generationIn, nameIn, ordered, type Layout } from './layout.ts'
import * as wire from './wire.ts'

export interface Wishes {
  add(id: string, generation: number, text: string): Promise<void>
  list(id: string): Promise<readonly Wish[]>
  drop(id: string, generation: number): Promise<void>
}

const longest = 1_000
/** Wishes that are kept for one session. */
const most = 100
const lastFirst = { sort_order: 'DESCEND', sort_target: 'MOD' }
/** Between two times that watchers are told of the same wish, in milliseconds. */
const toldAgain = 1_000

/** `wishes/ID GENERATION DIGEST`: all that a reader's role may write. */
export function openWishes({ ask, now }: Pick<Gateway, 'ask' | 'now'>, keys: Layout): Wishes {
  return { add, list, drop }

  async function add(id: string, generation: number, text: string): Promise<void> {
    if (Buffer.byteLength(text) > longest) {
      throw new ToknError('store', words.etcd.longWish(longest))
    }
    const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22)
    const key = `${keys.wishesFor(id)}${ordered(generation)} ${digest}`
    const at = now()
    const { answer } = await ask('/v3/kv/txn', {
      compare: [wire.isValue(key, undefined)],
      failure: [wire.getting(wire.one(key))],
      success: [
        wire.putting(key, JSON.stringify({ text, at })),
        wire.getting({
          ...wire.allBelow(keys.wishesFor(id)),
          keys_only: true,
          ...lastFirst,
        }),
      ],
    })
    if (!wire.hasSucceeded(answer)) return await tellAgain(wire.rangesOf(answer)[0]?.[0])
    const [, wishes = []] = wire.rangesOf(answer)
    const old = wishes.slice(most).map((one) => wire.deleting(wire.one(one.key)))
    if (old.length > 0) await ask('/v3/kv/txn', { success: old.slice(0, most) })
  }

  /** What is written again is heard of again. */
  async function tellAgain(found: wire.KeyValue | undefined): Promise<void> {
    if (found === undefined) return
    const { key, value } = found
    const wish = wire.objectOf(value)
    const [text, at] = [wire.textIn(wish, 'text'), wire.numberIn(wish, 'at')]
    const told = wire.numberIn(wish, 'told') || at
    if (Math.abs(now() - told) < toldAgain) return
    const again = JSON.stringify({ text, at, told: now() })
    await ask('/v3/kv/txn', {
      compare: [wire.isValue(key, value)],
      success: [wire.putting(key, again)],
    })
  }

  async function list(id: string): Promise<readonly Wish[]> {
    const { answer } = await ask('/v3/kv/range', {
      ...wire.allBelow(keys.wishesFor(id)),
      ...lastFirst,
      limit: String(most),
    })
    return wire.valuesOf(answer).flatMap(({ key, value }) => {
      const { text, at } = wire.objectOf(value)
      const generation = generationIn(key)
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
