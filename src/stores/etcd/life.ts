import { randomBytes } from 'node:crypto'
import { isToknError, ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Gateway } from './gateway.ts'
import type { Layout } from './layout.ts'
import * as wire from './wire.ts'

export interface Life {
  prepare(): Promise<void>
  incarnation(): Promise<string>
  /** Without a write: who only looks may not mark anything. */
  seen(): Promise<string>
}

const version = 1
/** Times that others may have been faster. */
const mostTries = 30

/** The key `store`: which version of the layout this is, and what marks this life of the cluster. */
interface Mark {
  readonly life: string
  /** How many entries the log of the cluster had, at least, when the mark was written. */
  readonly index: number
  /** Revision at which it was written; 0 where there is none. */
  readonly revision: number
  /** As it is kept. */
  readonly text: string | undefined
}

/**
 * Tells a cluster that was restored from a snapshot. Its id does not always: it is made of the addresses and
 * the token of the members, and these are mostly the same ones. But the log begins anew with a restored
 * snapshot, while revisions go on (or jump ahead, with `--bump-revision`). An entry of the log makes at most one
 * revision, so within one life the entries that have made none never become fewer. Their number is marked
 * in the store; where fewer are found, this is another life, and it is marked as such.
 *
 * What copies the log as well (all disks set back at once) shows nothing of it.
 */
export function openLife({ ask, where, members }: Gateway, keys: Layout): Life {
  return { prepare, incarnation, seen }

  async function prepare(): Promise<void> {
    const { mark } = await look()
    if (mark.revision === 0) await incarnation()
  }

  async function incarnation(): Promise<string> {
    for (let tries = 1; ; tries++) {
      const { mark, header, entries, before, hasGoneBack, name } = await lookAtLife()
      // A mark that lags far behind would let a life pass that is another one.
      const isOld =
        entries !== undefined && entries - header.revision > before + Math.abs(before) / 8 + 8
      if (mark.revision > 0 && !hasGoneBack && !isOld) return name(mark.life)
      const isNew = mark.revision === 0 || hasGoneBack
      const life = isNew ? randomBytes(12).toString('base64url') : mark.life
      const isWritten = await write(mark, { version, life, index: entries ?? 0 })
      // Readers may not.
      if (isWritten === undefined) return name(hasGoneBack ? `${mark.life}/past` : mark.life)
      if (isWritten) return name(life)
      if (tries === mostTries) throw new ToknError('network', words.etcd.contended())
    }
  }

  async function seen(): Promise<string> {
    const { mark, hasGoneBack, name } = await lookAtLife()
    return name(hasGoneBack ? `${mark.life}/past` : mark.life)
  }

  async function lookAtLife() {
    const { mark, header, member } = await look()
    const entries = await countEntries(member, header.member)
    const before = mark.index - mark.revision
    const hasGoneBack = entries !== undefined && entries - header.revision < before
    const name = (life: string) => `${header.cluster}/${life}`
    return { mark, header, entries, before, hasGoneBack, name }
  }

  async function look() {
    // One member answers this and what follows, so that what it knows then is not older.
    const { answer, member } = await ask('/v3/kv/range', wire.one(keys.store))
    const [found] = wire.valuesOf(answer)
    const read = wire.objectOf(found?.value ?? '')
    const [kept, life] = [read['version'], read['life']]
    if (typeof kept === 'number' && kept > version) {
      throw new ToknError('store', words.etcd.newer(where(), kept))
    }
    const mark: Mark = {
      life: typeof life === 'string' ? life : '',
      index: wire.numberIn(read, 'index'),
      revision: found?.modified ?? 0,
      text: found?.value,
    }
    return { mark, header: wire.headerOf(answer), member }
  }

  /** Entries that the member has carried out; `undefined` where it, or another one, does not say so. */
  async function countEntries(member: string, id: string): Promise<number | undefined> {
    try {
      const { answer } = await ask('/v3/maintenance/status', {}, { member })
      const entries = wire.numberIn(answer, 'raftAppliedIndex')
      return wire.headerOf(answer).member === id && entries > 0 ? entries : undefined
    } catch (error) {
      if (isToknError(error, 'store') || members.length > 1) return undefined
      throw error
    }
  }

  /** Whether nobody was faster; `undefined` where that may not be. */
  async function write(mark: Mark, next: object): Promise<boolean | undefined> {
    try {
      const { answer } = await ask('/v3/kv/txn', {
        compare: [wire.isValue(keys.store, mark.text)],
        success: [wire.putting(keys.store, JSON.stringify(next))],
      })
      return wire.hasSucceeded(answer)
    } catch (error) {
      if (isToknError(error, 'store')) return undefined
      throw error
    }
  }
}
