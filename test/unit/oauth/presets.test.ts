import { describe, expect, it } from 'vitest'
import { presets } from '../../../src/providers/oauth/presets.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import {
  endpointNames,
  secretFields,
  settingFields,
} from '../../../src/providers/oauth/settings/fields.ts'

const names = new Set([...settingFields.map(({ name }) => name), 'issuer'])

describe.each(presets.map((preset) => [preset.id, preset] as const))('preset %s', (id, preset) => {
  it('is made of known settings and https addresses', () => {
    expect(id).toMatch(/^[a-z0-9][a-z0-9-]{0,31}$/)
    expect(preset.docs).toMatch(/^https:\/\//)
    for (const name of Object.keys(preset.settings)) expect(names).toContain(name)
    for (const name of endpointNames) {
      expect(preset.settings[name] ?? 'https://').toMatch(/^https:\/\//)
    }
    for (const url of preset.apiUrls ?? []) expect(new URL(url).origin).toBe(url)
  })

  it('asks for every placeholder that it has', () => {
    const fields = new Set(preset.fields?.map(({ name }) => name))
    for (const [, name] of Object.values(preset.settings)
      .join()
      .matchAll(/\{([a-z]+)\}/g)) {
      expect(fields).toContain(name)
    }
    const silent = (preset.fields ?? []).filter(({ optional }) => optional === true)
    expect(Object.keys(preset.defaults ?? {})).toEqual(silent.map(({ name }) => name))
  })

  it('opens, before and after its questions are answered', async () => {
    const answers = Object.fromEntries(
      (preset.fields ?? []).map(({ name, choices }) => [
        name,
        choices?.at(-1) ?? (name === 'domain' ? 'example.com' : 'one'),
      ]),
    )
    const empty = await openOauth({ provider: id, settings: {} })
    expect(empty.fields.map(({ name }) => name)).toContain('client_id')
    expect(empty.fields.find(({ name }) => name === 'issuer')).toBeUndefined()
    const provider = await openOauth({ provider: id, settings: answers })
    expect(provider).toMatchObject({ id, title: preset.title, docs: preset.docs })
    expect(provider.origins[0]).toMatch(/^https:\/\/[a-z.-]+$/)
  })
})

describe('the questions of a preset', () => {
  const words = (preset: (typeof presets)[number]) => [
    preset.id,
    ...preset.title.toLowerCase().split(' '),
    ...new URL(preset.docs).hostname.split('.').slice(-2, -1),
  ]

  it.each(presets.map((preset) => [preset.id, preset] as const))(
    'of %s name the product of no other one',
    (_, preset) => {
      const own = words(preset)
      const asked = (preset.fields ?? []).flatMap(({ name, label }) => `${name} ${label}`)
      const text = asked.join(' ').toLowerCase()
      for (const other of presets.filter((one) => one !== preset)) {
        const names = words(other).filter((word) => word.length > 3 && !own.includes(word))
        for (const name of names) expect(text).not.toContain(name)
      }
    },
  )

  it('have an example, and are not those of another preset', () => {
    const labels = presets.flatMap(({ fields }) => (fields ?? []).map(({ label }) => label))
    expect(new Set(labels).size).toBe(labels.length)
    for (const label of labels) expect(label).toMatch(/for example|usually|as in/)
  })
})

async function asked(settings: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { fields } = await openOauth({ settings })
  return fields.filter(({ optional }) => optional !== true).map(({ name }) => name)
}

describe('the fields of OAuth', () => {
  it('have names that can be variables, each once', () => {
    const all = [...settingFields, ...secretFields].map(({ name }) => name)
    expect(new Set(all).size).toBe(all.length)
    for (const name of all) expect(name).toMatch(/^[a-z][a-z_]*$/)
  })

  it('are asked for when the flow needs them, and else not', async () => {
    expect(await asked({})).toEqual(['issuer', 'client_id'])
    expect(await asked({ flow: 'password' })).toEqual([
      'issuer',
      'client_id',
      'username',
      'password',
    ])
    expect(await asked({ flow: 'exchange' })).toEqual(['issuer', 'client_id', 'subject_token'])
    expect(await asked({ token_endpoint: 'https://example.com/token' })).toEqual(['client_id'])
  })

  it('are checked', async () => {
    await expect(openOauth({ settings: { flow: 'magic' } })).rejects.toMatchObject({
      code: 'usage',
    })
    await expect(openOauth({ provider: 'nobody', settings: {} })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('say what can be asked of a token', async () => {
    const { checkGrant, list, revoke, why } = await openOauth({ settings: {} })
    expect(() => checkGrant({ scopes: ['repo:read', 'a b'] })).not.toThrow()
    expect(() => checkGrant({ scopes: ['a"b'] })).toThrow('"a"b" contains characters')
    expect(() => checkGrant({ scopes: ['a\nb'] })).toThrow('"a\\x0ab" contains characters')
    expect(() => checkGrant({ lifetime: 1 })).toThrow('lifetime')
    expect(() => checkGrant({ resource: ['not a uri'] })).toThrow('resource')
    expect([list, revoke]).toEqual([undefined, undefined])
    expect(why).toMatchObject({ list: expect.any(String), revoke: expect.any(String) })
  })
})
