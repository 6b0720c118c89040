import { expect, it } from 'vitest'
import { lockAgent } from '../../../src/app/agent-lock.ts'

it.each([
  [true, 'the agent is locked already, so the passphrase that unlocks it stays as it is'],
  [false, 'the agent is locked already, without a passphrase, and gets none now'],
])(
  'an agent that is locked already (guarded: %s) says what unlocks it',
  async (guarded, message) => {
    const body = JSON.stringify({ locked: true, passphrase: guarded })
    const locking = lockAgent(async () => ({ status: 409, body }), undefined)
    await expect(locking).rejects.toMatchObject({ code: 'store', message })
  },
)
