import { words } from '../../messages/words.ts'
import type { Ports } from '../ports.ts'
import { eraseEntry } from '../save-session.ts'
import { openSession } from '../session.ts'
import { commandAgain } from '../left-copy.ts'
import { forget, type Unfinished } from '../unfinished/find.ts'
import {
  byFix,
  describeUnfinished,
  profileOf,
  type DiagnosisOptions,
  type UnfinishedFinding,
} from '../unfinished/finding.ts'

/**
 * Tells of a move that was cut off. Before the switch the copy is erased by `fix`; after it the same
 * command again ends it, which writes into a store that others read.
 */
export async function diagnoseMove(
  ports: Ports,
  unfinished: Unfinished,
  { fix }: DiagnosisOptions,
): Promise<UnfinishedFinding> {
  const { profile: target, former, store } = unfinished
  const what = describeUnfinished(unfinished)
  const now = profileOf(ports, target?.id)
  const texts = words.storeCommands
  if (target === undefined || former === undefined) return await clear(what)
  const again = commandAgain(ports, unfinished, target.name)
  if (ports.stores.traits(former).shared === true) {
    return { status: 'warn', detail: texts.moveUnfinished(what), fix: again }
  }
  if (now === undefined || now.store === former) {
    const source = now && (await openSession(ports, now).findRecord())
    if (now === undefined || source === undefined) {
      return { status: 'warn', detail: texts.moveUnfinished(what), fix: again }
    }
    return await clear(texts.moveNotMade(what), async () => {
      await eraseEntry(openSession(ports, now), store)
    })
  }
  if (now.store !== store) return await clear(what)
  return await clear(texts.moveMade(what), async () => {
    const home = await ports.home?.(store, now.id)
    await home?.publish(now)
    await eraseEntry(openSession(ports, now), former)
  })

  async function clear(detail: string, work?: () => Promise<void>): Promise<UnfinishedFinding> {
    if (!fix) return { status: 'warn', detail, fix: byFix }
    await work?.()
    await forget(ports, unfinished)
    return { status: 'fixed', detail }
  }
}
