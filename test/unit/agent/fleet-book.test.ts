import { expect, it } from 'vitest'
import { FleetBook } from '../../../src/agent/fleet-book.ts'
import type { FleetSession } from '../../../src/core/fleet.ts'

function session(id: string, version = '1', generation = 1): FleetSession {
  const profile = { id, name: id, provider: 'mcs', settings: {}, store: 'memory' } as const
  return { id, name: id, generation, version, profile, pending: false }
}

it('keeps of all sessions those that were there, or were made while all were looked at', async () => {
  const book = new FleetBook()
  for (const id of ['gone', 'kept', 'logged out']) book.note(session(id))
  await book.renew(async () => {
    book.note(session('kept'))
    book.note(session('logged out'))
    // What is heard meanwhile is later than what was listed.
    book.note(session('made', '2'))
    book.note(session('logged out', '2', 0))
    return true
  })
  expect(book.ids()).toEqual(['kept', 'made'])
})

it('forgets nothing where not all were looked at', async () => {
  const book = new FleetBook()
  book.note(session('one'))
  await book.renew(async () => false)
  await expect(book.renew(async () => await Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(book.ids()).toEqual(['one'])
})
