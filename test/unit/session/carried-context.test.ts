import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Provider } from '../../../src/core/provider.ts'
import { openLoggedIn, type Script } from './scripted.ts'

const answers = { settings: {}, secrets: {} }
const carries = { names: ['client_id', 'manage'], owned: [], isSameClient: () => true }

/** A login that finds a change of what it carries, and that nobody then agrees to. */
const denied =
  (change: Readonly<Record<string, string>>): Provider['login'] =>
  async ({ keepBefore }) => {
    await keepBefore?.(change)
    throw new ToknError('reauth_required', 'denied')
  }

describe('what a login carries over from the session before', () => {
  it('is stored with that once it changes, though the login comes to nothing', async () => {
    const script: Script = { carries, login: denied({ manage: 'new' }) }
    const context = { client_id: 'c1', manage: 'old', sub: 'alice' }
    const { session, provider } = await openLoggedIn(script, { context })
    const request = { provider, answers, grant: {}, remember: false, force: false }
    await expect(session.login(request)).rejects.toThrow('denied')
    const { context: kept, generation } = await session.readRecord()
    expect({ kept, generation }).toEqual({ kept: { ...context, manage: 'new' }, generation: 1 })
  })
})
