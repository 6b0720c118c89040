import { expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Profile } from '../../../src/core/profile.ts'
import type { Provider } from '../../../src/core/provider.ts'
import { ownerOf } from '../../../src/session/host-owner.ts'
import type { Ports } from '../../../src/session/ports.ts'
import { openScripted } from './scripted.ts'

const profile = (name: string, more: Partial<Profile> = {}): Profile => ({
  name,
  id: `${name}-0123456789abcdef`,
  provider: 'shop',
  settings: {},
  store: 'memory',
  ...more,
})

const profiles = [
  profile('web', { baseUrl: 'https://web.example/api/v1' }),
  profile('eye', { apiUrls: ['https://one.example', 'https://two.example'] }),
  profile('work', { settings: { issuer: 'https://sso.example/realms/a' } }),
  profile('odd', { baseUrl: 'nowhere', provider: 'gone' }),
  profile('shop'),
]

function ownerFrom(origin: string, except = 'nobody', loggedIn: readonly string[] = []) {
  const { ports } = openScripted({}, { profiles })
  const provider: Ports['provider'] = async ({ provider: id }) => {
    if (id === 'gone') throw new ToknError('not_found', 'gone')
    return { origins: ['https://shop.example', 'https://api.shop.example'] } as unknown as Provider
  }
  const get: Ports['index']['get'] = (id) =>
    loggedIn.some((name) => id.startsWith(`${name}-`))
      ? { obtainedAt: 0, expiry: { state: 'unknown' }, generation: 1, history: [] }
      : undefined
  const getAll: Ports['index']['getAll'] = (ids) => new Map(ids.map((id) => [id, get(id)]))
  return ownerOf(
    { profiles: ports.profiles, provider, index: { ...ports.index, getAll } },
    origin,
    `${except}-0123456789abcdef`,
  )
}

it.each([
  ['https://web.example', 'web'],
  ['https://two.example', 'eye'],
  ['https://sso.example', 'work'],
])('%s is a host of a profile that says so', async (origin, name) => {
  expect(await ownerFrom(origin)).toBe(name)
  expect(await ownerFrom(origin, name)).toBeUndefined()
})

it('a host of a definition belongs to a profile with that provider', async () => {
  expect(await ownerFrom('https://api.shop.example')).toMatch(/^(?:eye|shop|web|work)$/)
})

it('one that is logged in goes before one that is not', async () => {
  const origin = 'https://api.shop.example'
  expect(await ownerFrom(origin, 'nobody', ['shop'])).toBe('shop')
  expect(await ownerFrom(origin, 'nobody', ['work'])).toBe('work')
})

it.each(['https://other.example', 'http://web.example', 'https://web.example:8443'])(
  '%s is a host of none',
  async (origin) => {
    expect(await ownerFrom(origin)).toBeUndefined()
  },
)
