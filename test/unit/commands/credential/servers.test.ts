import { expect, test } from 'vitest'
import type { Giver } from '../../../../src/commands/credential/choose.ts'
import { listServers } from '../../../../src/commands/credential/servers.ts'
import type { Context } from '../../../../src/commands/context.ts'
import type { Profile } from '../../../../src/core/profile.ts'
import type { Provider } from '../../../../src/core/provider.ts'
import type { Attachment } from '../../../../src/core/token.ts'
import type { Ports } from '../../../../src/session/ports.ts'

const ways: Readonly<Record<string, Attachment>> = {
  bearer: { headers: { Authorization: 'Bearer {access}' } },
  basic: { headers: { Authorization: 'Basic {access}' } },
  own: { headers: { 'X-Token': '{access}' } },
  bound: { headers: { Authorization: 'Bearer {access}' }, bound: true },
  cookie: { headers: { Authorization: 'Bearer {access}' }, cookies: { s: '{access}' } },
}

function profile(name: string, provider: string, host = name, username?: string): Profile {
  const settings = username === undefined ? {} : { username }
  const baseUrl = `https://${host}.example/api`
  return { name, id: `id-of-${name}`, provider, store: 'file', settings, baseUrl }
}

function open(profiles: readonly Profile[], usual?: string) {
  let asked = 0
  const ports = {
    profiles: {
      outlines: () => profiles.map((one) => ({ name: one.name, read: () => one })),
      defaultName: () => usual,
    },
    provider: async ({ provider }: Profile) => {
      asked++
      return { origins: [], attach: () => ways[provider] } as unknown as Provider
    },
    index: {
      get: (id: string) =>
        id === 'id-of-out'
          ? undefined
          : { obtainedAt: 0, expiry: { state: 'unknown' }, generation: 1, history: [] },
    },
    clock: { now: () => 1 },
  } as unknown as Ports
  const context = {
    ports: () => ports,
    choice: () => ({}),
  } as unknown as Context
  const giver: Pick<Giver, 'context' | 'flags'> = { context, flags: {} }
  const list = async (wanted: { readonly bearer?: boolean } = {}) =>
    Object.fromEntries((await listServers(giver, wanted)).map((one) => [one.host, one.username]))
  return { list, asked: () => asked }
}

const all = [
  ...Object.keys(ways).map((way) => profile(way, way)),
  profile('al', 'basic', 'al', 'al'),
  profile('out', 'bearer'),
]

test('lists what can be given as a password, with the user that is given', async () => {
  expect(await open(all).list()).toEqual({
    'al.example': 'al',
    'basic.example': '',
    'bearer.example': 'oauth2',
  })
})

test('lists what is given as Bearer, where nothing else is', async () => {
  expect(await open(all).list({ bearer: true })).toEqual({ 'bearer.example': 'oauth2' })
})

test('of several for a host lists the one that commands use here, and else none', async () => {
  const two = [profile('a', 'bearer', 'x'), profile('b', 'basic', 'x', 'bob')]
  expect(await open(two).list()).toEqual({})
  expect(await open(two, 'b').list()).toEqual({ 'x.example': 'bob' })
  expect(await open(two, 'b').list({ bearer: true })).toEqual({})
})

test('asks for the provider of a profile twice at most, of however many', async () => {
  const many = Array.from({ length: 200 }, (_, at) => profile(`p${at}`, 'bearer'))
  const { list, asked } = open(many)
  expect(Object.keys(await list())).toHaveLength(200)
  expect(asked()).toBeLessThanOrEqual(400)
})
