import { describe, expect, it } from 'vitest'
import type { Provider } from '../../../src/core/provider.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { checkSession } from '../../../src/session/check.ts'
import { chooseRenewal, unrenewable } from '../../../src/session/refresh/renewable.ts'
import { listStatus } from '../../../src/session/status.ts'
import { renewalOf, waysToRenew } from '../../../src/session/ways-to-renew.ts'
import { start } from './memory-ports.ts'
import { openLoggedIn, recordFor, scripted, web, type Script } from './scripted.ts'

const secret = new Secret('x')
const issue = async () => Promise.reject()
const refresh = async () => Promise.reject()
const login = async () => Promise.reject()
const issues: Partial<Provider> = { rotation: 'reissue', issue }
const byAccess: Partial<Provider> = { refresh, refreshesByAccess: true }
const both = { refresh: secret, credentials: { password: secret } }
const lacking: Partial<Provider> = { ...issues, lacks: () => 'POST /tokens' }

type Held = Partial<Pick<SessionRecord, 'credentials' | 'refresh' | 'fixed' | 'profileId'>>

describe('what a session is renewed with', () => {
  it.each<readonly [string, readonly string[], Held, Partial<Provider>]>([
    ['none', [], {}, {}],
    ['refresh', ['refresh'], { refresh: secret }, { refresh }],
    ['refresh', ['refresh', 'reissue'], { refresh: secret }, { refresh, ...issues }],
    ['credentials', ['refresh', 'login'], both, { refresh, login }],
    ['access', ['reissue'], {}, issues],
    ['access', ['reissue'], { fixed: true }, issues],
    ['none', [], { fixed: true, profileId: 'environment-tokn_token' }, issues],
    ['credentials', ['login'], { ...both, fixed: true }, { ...issues, login }],
    ['none', [], {}, lacking],
    ['access', ['access'], {}, byAccess],
    ['none', [], { fixed: true }, byAccess],
    ['none', [], {}, { rotation: 'reissue' }],
    // What the definition of today has no operation for is held in vain.
    ['none', [], both, {}],
    ['refresh', ['refresh'], both, { refresh }],
    ['access', ['reissue'], both, issues],
  ])('%s: %j of %j', (renewal, ways, held, script) => {
    const provider = scripted(script)
    const record = recordFor(web, provider, held)
    expect(waysToRenew(provider, record)).toEqual(ways)
    expect(renewalOf(record, provider)).toBe(renewal)
    // Whatever has a way is renewed by one, and whatever has none says why.
    expect(chooseRenewal(provider, record, start) === undefined).toBe(renewal === 'none')
    expect(unrenewable(web, provider, record) !== undefined).toBe(renewal === 'none')
  })

  it.each<readonly [string, Held]>([
    ['credentials', both],
    ['refresh', { refresh: secret }],
    ['none', {}],
  ])('is %s as far as it is held, where the provider is not known', (renewal, held) => {
    expect(renewalOf(recordFor(web, scripted(), held))).toBe(renewal)
  })

  it.each<readonly [string, Script, Held, string, string]>([
    ['lacks the scope', lacking, {}, 'tokn login web', 'reauth_required'],
    ['has no operation for it', {}, both, 'tokn login web', 'reauth_required'],
    ['logs in', { login }, both, 'tokn refresh web', 'check_failed'],
  ])('is told alike by status and check where it %s', async (_, script, held, next, code) => {
    const record = { ...held, expiry: { state: 'at', at: start - 1 } } as const
    const { session, ports } = await openLoggedIn(script, record)
    const [status] = await listStatus(ports)
    const wanted = { minTtl: undefined, scopes: [], online: false }
    const { failure } = await checkSession(session, wanted)
    expect(failure?.error).toMatchObject({ code, hint: next })
    expect(status?.renews).toBe(next === 'tokn refresh web')
    expect(status?.fix).toBe(status?.renews === true ? undefined : next)
    expect(status?.credentialsKept).toBe(held.credentials !== undefined)
  })
})
