import { describe, expect, it } from 'vitest'
import { choiceOf, listChoices } from '../../../src/core/field-choices.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { settingFields } from '../../../src/providers/oauth/settings/fields.ts'
import { collectAnswers } from '../../../src/session/login/answers.ts'

const names = [
  ['authorization_code', 'code'],
  ['device_code', 'device'],
  ['urn:ietf:params:oauth:grant-type:device_code', 'device'],
  ['client_credentials', 'client'],
  ['token-exchange', 'exchange'],
  ['urn:ietf:params:oauth:grant-type:token-exchange', 'exchange'],
  ['jwt-bearer', 'jwt'],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'jwt'],
] as const

const flow = settingFields.find(({ name }) => name === 'flow')!

function answer(set: Readonly<Record<string, string>>, variable?: string) {
  const fromEnvironment = (name: string) => (name === 'flow' ? variable : undefined)
  return collectAnswers([flow], { set, secrets: {}, fromEnvironment })
}

describe('a flow under the name of its grant type', () => {
  it.each(names)('%s is kept as %s, from a flag and from a variable', async (name, kept) => {
    expect(choiceOf(flow, name)).toBe(kept)
    expect((await answer({ flow: name })).settings).toEqual({ flow: kept })
    expect((await answer({}, name)).settings).toEqual({ flow: kept })
  })

  it('makes the provider that its own name makes', async () => {
    const settings = { issuer: 'https://sso.example.com', client_id: 'app' }
    const open = async (flow: string) => await openOauth({ settings: { ...settings, flow } })
    const [named, own] = [await open('client_credentials'), await open('client')]
    expect(named.person).toBe(false)
    expect([named.person, named.ignores, named.fields]).toEqual([
      own.person,
      own.ignores,
      own.fields,
    ])
  })

  it.each([
    'Client',
    'client-credentials',
    'browser',
    'constructor',
    '__proto__',
    'grant-type:jwt-bearer',
    '',
  ])('is none of those that there are: %j', async (name) => {
    const hint =
      'one of: auto, code (authorization_code), device (device_code), client (client_credentials), password, exchange (token-exchange), jwt (jwt-bearer), ci'
    await expect(answer({ flow: name })).rejects.toMatchObject({ code: 'usage', details: { hint } })
    const settings = { issuer: 'https://sso.example.com', client_id: 'app', flow: name }
    if (name === '') return
    await expect(openOauth({ settings })).rejects.toMatchObject({
      code: 'usage',
      details: { hint },
    })
  })

  it('is listed beside it', () => {
    expect(listChoices({ choices: ['one', 'two'], aliases: { 'a:b': 'one', b: 'one' } })).toEqual([
      'one (b)',
      'two',
    ])
  })
})
