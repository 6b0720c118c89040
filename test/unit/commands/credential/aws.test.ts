import { describe, expect, it } from 'vitest'
import { awsProtocol } from '../../../../src/commands/credential/aws.ts'
import { Secret } from '../../../../src/core/secret.ts'
import type { SigningKey } from '../../../../src/core/token.ts'
import { givenToken, runProtocol } from './world.ts'

const key = { id: 'ASIAEXAMPLE', secret: new Secret('wJal+/=K') }
const session = new Secret('session-token')

function withKey(signingKey: SigningKey | undefined, expiresAt?: number) {
  const given = givenToken()
  return { ...given, expiresAt, record: { ...given.record, signingKey } }
}

describe('what AWS is told', () => {
  it.each([
    [
      withKey({ ...key, session }, Date.UTC(2026, 10, 26, 20, 0, 0, 999)),
      {
        Version: 1,
        AccessKeyId: 'ASIAEXAMPLE',
        SecretAccessKey: 'wJal+/=K',
        SessionToken: 'session-token',
        Expiration: '2026-11-26T20:00:00Z',
      },
    ],
    [withKey(key), { Version: 1, AccessKeyId: 'ASIAEXAMPLE', SecretAccessKey: 'wJal+/=K' }],
  ])('is the keys of the session', async (given, said) => {
    const ran = await runProtocol(awsProtocol, { given })
    expect(ran).toMatchObject({ status: 0, reads: 0, asked: [[{}, undefined]] })
    expect(ran.out.endsWith('}\n')).toBe(true)
    expect(JSON.parse(ran.out)).toEqual(said)
  })

  it('is nothing where the session has a token alone', async () => {
    const ran = await runProtocol(awsProtocol, { given: withKey(undefined) })
    expect(ran).toMatchObject({ out: '', error: { code: 'unsupported' } })
    expect(JSON.stringify(ran.error)).not.toContain('the-token')
    expect(ran.error).toMatchObject({
      details: { hint: expect.arrayContaining([expect.stringContaining('exec --file')]) },
    })
  })

  it.each([
    [{}, 'not_found'],
    [{ operands: ['get'], given: withKey(key) }, 'usage'],
  ])('is nothing: %#', async (setting, code) => {
    expect(await runProtocol(awsProtocol, setting)).toMatchObject({ out: '', error: { code } })
  })
})
