import { describe, expect, it } from 'vitest'
import { listScopes } from '../../../src/session/scope-list.ts'
import { builtInDefinition } from '../../../src/providers/builtin/definitions.ts'
import { openProvider } from '../../../src/providers/catalog.ts'
import { openScripted } from './scripted.ts'

const field = { name: 'scope', label: 'Scope' }
const message =
  'nothing here says which scopes Shop has; its documents may: https://shop.example/docs'

describe('scopes that nothing here knows', () => {
  it('may be listed at a path, which an override tells a definition', async () => {
    const { session } = openScripted({ fields: [field], overridable: true })
    await expect(listScopes(session)).rejects.toMatchObject({
      code: 'unsupported',
      message,
      hint: 'where it lists them at a path: tokn login web --override scopes.list=/PATH',
    })
  })

  it('are not told by an override that nothing would read', async () => {
    const { session } = openScripted({ fields: [field] })
    const error: unknown = await listScopes(session).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'unsupported', message })
    expect(error).not.toHaveProperty('hint', expect.any(String))
  })
})

describe('the built-in providers', () => {
  it.each(['oz', 'mcs', 'rightech', 'hosterby', 'github', 'oauth'])('%s', async (provider) => {
    const { overridable } = await openProvider({
      provider,
      baseUrl: 'https://api.example',
      settings: {},
    })
    expect(overridable === true).toBe(builtInDefinition(provider) !== undefined)
  })
})
