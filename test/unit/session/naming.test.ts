import { describe, expect, it } from 'vitest'
import { ToknError, type ErrorCode } from '../../../src/core/errors.ts'
import { withNamedHints, withName } from '../../../src/session/naming.ts'

const web = { name: 'web', id: 'one' } as const

function hintOf(code: ErrorCode, hint: string | readonly string[] | undefined, profile = web) {
  const error = withName(new ToknError(code, 'no', { hint, refusal: 'expired' }), profile)
  expect(error).toMatchObject({ code, message: 'no', details: { refusal: 'expired' } })
  return (error as ToknError).details.hint
}

it('names the profile in a login with the flags of a client', () => {
  const hint = 'not tried: tokn login --client-auth client_secret_basic or basic_raw'
  const error = withName(new ToknError('provider_refused', 'no', { hint }), {
    id: 'a1',
    name: 'web',
  })
  const named = 'not tried: tokn login web --client-auth client_secret_basic or basic_raw'
  expect(error).toMatchObject({ hint: named })
})

describe('a hint names the profile that it is about', () => {
  it.each<readonly [ErrorCode, string | readonly string[] | undefined, unknown]>([
    ['store', 'tokn login', 'tokn login web'],
    [
      'store',
      'give the key, or log in again with: tokn login',
      'give the key, or log in again with: tokn login web',
    ],
    ['store', ['tokn login', 'or not'], ['tokn login web', 'or not']],
    ['reauth_required', undefined, 'tokn login web'],
    ['reauth_required', 'tokn login', 'tokn login web'],
    ['reauth_required', 'check the client id', 'check the client id'],
    ['reauth_required', 'tokn login other', 'tokn login other'],
    ['store', undefined, undefined],
    ['network', 'try again', 'try again'],
    ['not_found', 'tokn list', 'tokn list web'],
    ['usage', 'see the ids with: tokn list --remote', 'see the ids with: tokn list web --remote'],
    ['usage', 'tokn list other', 'tokn list other'],
    ['usage', 'tokn list --local', 'tokn list --local'],
    ['store', 'paste one: tokn login --with-token', 'paste one: tokn login --with-token'],
  ])('%s, %j: %j', (code, hint, expected) => {
    expect(hintOf(code, hint)).toEqual(expected)
  })

  it('but none where the session has no name, nor for a bug', async () => {
    const memory = { name: 'environment', id: 'environment' } as const
    const error = new ToknError('reauth_required', 'no')
    expect(withName(error, memory)).toMatchObject({ hint: expect.stringContaining('TOKN_') })
    const bug = new TypeError('x')
    await expect(withNamedHints(web, () => Promise.reject(bug))).rejects.toBe(bug)
    await expect(withNamedHints(web, async () => 7)).resolves.toBe(7)
  })
})
