import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Profiles } from '../../../src/core/ports.ts'
import {
  chooseProfile,
  namedProfile,
  readableProfiles,
  type ProfileChoice,
} from '../../../src/session/choose-profile.ts'
import { openScripted, web } from './scripted.ts'

const ci = { ...web, name: 'ci', id: 'two' }
const inFolder = (name: string) => () => ({ name, shown: '~/project/.tokn' })
const notAsked = () => {
  throw new Error('the folder was asked')
}

describe('the name that is meant', () => {
  it.each<readonly [ProfileChoice, string | undefined]>([
    [{}, undefined],
    [{ environment: '' }, undefined],
    [{ environment: 'env' }, 'env'],
    [{ flag: 'web', environment: 'env' }, 'web'],
    [{ positional: 'web', environment: 'env' }, 'web'],
    [{ positional: 'web', flag: 'web' }, 'web'],
    [{ folder: inFolder('web') }, undefined],
  ])('%j: %s', (choice, name) => {
    expect(namedProfile(choice)).toBe(name)
  })

  it.each<readonly [ProfileChoice, string]>([
    [{ positional: 'web', flag: 'ci' }, 'two profiles were named, one with -P and one without'],
    [{ positional: 'No Name' }, '"No Name" is not a valid profile name'],
  ])('%j is refused', (choice, message) => {
    expect(() => namedProfile(choice)).toThrow(message)
  })
})

describe('the profile that is meant', () => {
  it.each<readonly [string, readonly (typeof web)[], string | undefined, ProfileChoice, string]>([
    ['the one named', [web, ci], 'web', { positional: 'ci' }, 'ci'],
    ['the default one', [web, ci], 'ci', {}, 'ci'],
    ['the only one', [ci], undefined, {}, 'ci'],
    ['that of the folder', [web, ci], 'web', { folder: inFolder('ci') }, 'ci'],
    ['that of no folder', [web, ci], 'web', { folder: () => undefined }, 'web'],
    ['named, in a folder', [web, ci], 'web', { positional: 'ci', folder: notAsked }, 'ci'],
    ['named by -P, in a folder', [web, ci], 'web', { flag: 'ci', folder: notAsked }, 'ci'],
    ['named by a variable, too', [web, ci], 'web', { environment: 'ci', folder: notAsked }, 'ci'],
    ['not by an empty one', [web, ci], 'web', { environment: '', folder: inFolder('ci') }, 'ci'],
  ])('is %s', async (_, profiles, chosen, choice, name) => {
    const { ports } = openScripted({}, { profiles })
    await ports.profiles.setDefault(chosen)
    expect(chooseProfile(ports.profiles, choice).name).toBe(name)
  })

  it.each<readonly [string, readonly (typeof web)[], ProfileChoice, string, string]>([
    ['none', [], {}, 'there is no profile yet', 'tokn login NAME --provider PROVIDER'],
    [
      'one of several',
      [web, ci],
      {},
      'no profile was named, and none is the default',
      'tokn profile use NAME\nor name one: web, ci',
    ],
    [
      'one nearly named',
      [web, ci],
      { flag: 'wev' },
      'there is no profile "wev"',
      'did you mean "web"?',
    ],
    [
      'another',
      [web, ci],
      { flag: 'production' },
      'there is no profile "production"',
      'tokn login production --provider PROVIDER\nor see those that there are: tokn profile list',
    ],
    [
      'that of the folder',
      [web],
      { folder: inFolder('production') },
      'there is no profile "production", which ~/project/.tokn names',
      'tokn login production --provider PROVIDER',
    ],
    [
      'nearly that of the folder',
      [web],
      { folder: inFolder('wev') },
      'there is no profile "wev", which ~/project/.tokn names',
      'did you mean "web"? Then: tokn profile bind web --yes',
    ],
  ])('is not found: %s', (_, profiles, choice, message, hint) => {
    const { ports } = openScripted({}, { profiles })
    const choose = () => chooseProfile(ports.profiles, choice)
    expect(choose).toThrow(expect.objectContaining({ code: 'not_found', message, hint }))
  })
})

it('damaged profiles keep nobody from the others', () => {
  const { ports } = openScripted({}, { profiles: [web, ci] })
  const read = () => {
    throw new ToknError('usage', 'damaged')
  }
  const outlines = () =>
    ports.profiles.outlines().map((one) => (one.name === 'web' ? { ...one, read } : one))
  const profiles: Profiles = { ...ports.profiles, outlines }
  expect(readableProfiles(profiles).map(({ name }) => name)).toEqual(['ci'])
})
