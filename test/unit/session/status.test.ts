import { describe, expect, it } from 'vitest'
import type { SessionRecord } from '../../../src/core/record.ts'
import { listStatus } from '../../../src/session/status.ts'
import { start } from './memory-ports.ts'
import { openLoggedIn } from './scripted.ts'

const hour = 3_600_000

async function statusWith(record: Partial<SessionRecord>) {
  const { ports } = await openLoggedIn({}, record)
  const [status] = await listStatus(ports)
  return status
}

describe('the status of a token that was pasted in', () => {
  const pasted = { fixed: true } as const

  it('does not depend on the clock of this machine, which was set back', async () => {
    const expiry = { state: 'at', at: start + 2 * hour } as const
    const status = await statusWith({ ...pasted, obtainedAt: start + hour, expiry })
    expect(status).toMatchObject({ state: 'alive', expiry })
    expect(status?.problem).toBeUndefined()
    const made = await statusWith({ obtainedAt: start + hour, expiry })
    expect(made).toMatchObject({ state: 'unknown', fix: 'tokn refresh web' })
  })

  it('names the login that pastes another one, by what the session says of itself', async () => {
    const over = { expiry: { state: 'at', at: start - 1 } } as const
    expect(await statusWith({ ...over, ...pasted })).toMatchObject({
      state: 'expired',
      fix: 'tokn login web --with-token',
    })
    expect(await statusWith(over)).toMatchObject({ fix: 'tokn login web' })
  })
})
