import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Ports } from '../ports.ts'
import { openSession } from '../session.ts'
import { checkBinding } from '../stored-record.ts'
import { isCopyOf, movedTo } from './left-behind.ts'
import type { Move } from './move-session.ts'

/**
 * Throws what a move would at once, where nothing is to be moved yet: that its session does not open, is
 * not what its profile says, or has gone elsewhere. Nothing is written, and no lock is taken.
 */
export async function checkMove(ports: Ports, move: Move): Promise<void> {
  const { source, isThere, isOneOfAll } = move
  if (isThere) return
  const held = await openSession(move.from ?? ports, source).findRecord()
  if (held === undefined) return
  const place = movedTo(held)
  if (place === undefined) {
    checkBinding(held, source)
    return
  }
  const there = await openSession(ports, move.target).findRecord()
  // Where it is there, an earlier move was cut off, and this one would end it.
  if (isOneOfAll === true || (there !== undefined && isCopyOf(there, held))) return
  throw new ToknError('not_found', words.storeCommands.hasMoved(source.name, place))
}
