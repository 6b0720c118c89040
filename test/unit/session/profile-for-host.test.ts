import { describe, expect, it } from 'vitest'
import type { Profile } from '../../../src/core/profile.ts'
import type { Provider } from '../../../src/core/provider.ts'
import type { Ports } from '../../../src/session/ports.ts'
import { mayAnswer, profileForHost } from '../../../src/session/profile-for-host.ts'

const git = 'https://git.example'

function profile(name: string, more: Partial<Profile> = {}): Profile {
  return { name, id: `id-of-${name}`, provider: 'plain', store: 'file', settings: {}, ...more }
}

/** `asked` counts the definitions that were looked into. */
function world(profiles: readonly Profile[]) {
  const asked: string[] = []
  const ports = {
    profiles: { outlines: () => profiles.map((one) => ({ name: one.name, read: () => one })) },
    provider: async ({ provider, baseUrl = 'https://usual.example' }: Profile) => {
      asked.push(provider)
      const further = provider === 'wide' ? [git] : []
      return { origins: [new URL(baseUrl).origin, ...further] } as unknown as Provider
    },
  } as unknown as Ports
  return { ports, asked }
}

async function chosen(
  profiles: readonly Profile[],
  origins: readonly string[],
  username?: string,
  preferred?: string,
): Promise<string | readonly string[] | undefined> {
  const found = await profileForHost(world(profiles).ports, { origins, username }, () => preferred)
  if (found === undefined) return undefined
  return 'profile' in found ? found.profile.name : found.undecided
}

const at = (name: string, baseUrl = `${git}/api`, username?: string) =>
  profile(name, { baseUrl, settings: username === undefined ? {} : { username } })

describe('the profile for a host', () => {
  it.each([
    ['its base URL', at('a'), [git], 'a'],
    ['one that --api-url named', profile('a', { apiUrls: [git] }), [git], 'a'],
    ['one that setup was told of', profile('a', { hosts: [git] }), [git], 'a'],
    ['its issuer', profile('a', { settings: { issuer: `${git}/realm` } }), [git], 'a'],
    ['what its definition says', profile('a', { provider: 'wide' }), [git], 'a'],
    ['the usual place of its API', profile('a'), ['https://usual.example'], 'a'],
    [
      'any of those that a host may mean',
      at('a', 'http://127.0.0.1:1'),
      [git, 'http://127.0.0.1:1'],
      'a',
    ],
    ['not what stands in for its place', at('a'), ['https://api.invalid'], undefined],
    ['not the usual place, where it has another', at('a'), ['https://usual.example'], undefined],
    ['not another host', at('a'), ['https://git.example.evil'], undefined],
    ['not another port', at('a'), ['https://git.example:8443'], undefined],
    ['not another scheme', at('a'), ['http://git.example'], undefined],
    ['nothing, for nothing', at('a'), [], undefined],
  ])('is chosen by %s', async (_, one, origins, name) => {
    expect(
      await chosen([profile('other', { baseUrl: 'https://other.example' }), one], origins),
    ).toBe(name)
    expect(await mayAnswer(world([one]).ports, one, origins)).toBe(name !== undefined)
  })

  const [a, b, c] = [at('a', git, 'ann'), at('b', git, 'bob'), at('c', git, 'bob')]

  it.each([
    ['the user is the name of one', [a, b], 'b', undefined, 'b'],
    ['the user is that of its settings', [a, b], 'ann', undefined, 'a'],
    ['a name wins over a user name', [at('bob', git, 'x'), b], 'bob', undefined, 'bob'],
    ['the user is that of two', [a, b, c], 'bob', undefined, ['a', 'b', 'c']],
    ['the user is that of two, and one is the default', [a, b, c], 'bob', 'c', 'c'],
    ['the user is nobody’s', [a, b], 'eve', undefined, ['a', 'b']],
    ['the user is nobody’s, and one is the default', [a, b], 'eve', 'a', 'a'],
    ['no user, and one is the default', [a, b], undefined, 'b', 'b'],
    [
      'the default is for another host',
      [a, b, at('d', 'https://d.example')],
      undefined,
      'd',
      ['a', 'b'],
    ],
    ['nothing decides', [b, a], undefined, undefined, ['a', 'b']],
    [
      'no user, and none in the settings',
      [at('x', git), at('y', git)],
      undefined,
      undefined,
      ['x', 'y'],
    ],
    ['there is one, and another user', [a], 'eve', undefined, 'a'],
  ])('of several: %s', async (_, profiles, username, preferred, expected) => {
    expect(await chosen(profiles, [git], username, preferred)).toEqual(expected)
  })

  it('asks a definition once for all profiles that differ in their place alone', async () => {
    const many = Array.from({ length: 50 }, (_, index) =>
      at(`p${index}`, `https://h${index}.example`),
    )
    const { ports, asked } = world(many)
    const found = await profileForHost(ports, { origins: ['https://h7.example'] }, () => undefined)
    expect(found).toMatchObject({ profile: { name: 'p7' } })
    expect(asked).toEqual(['plain'])
  })
})
