import { describe, expect, it } from 'vitest'
import { openInMemoryPorts } from '../../../src/app/in-memory-ports.ts'
import { ToknError } from '../../../src/core/errors.ts'
import type { Profile } from '../../../src/core/profile.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { ProfileChoice } from '../../../src/session/choose-profile.ts'
import { idInEnvironment } from '../../../src/session/naming.ts'
import { selectSession, type SessionVariables } from '../../../src/session/select-session.ts'
import { openScripted, recordFor, web, type ScriptedWorld } from './scripted.ts'

const ci: Profile = { ...web, name: 'ci', id: 'two', settings: { region: 'eu' } }

interface Environment {
  /** `TOKN_TOKEN`, and `TOKN_CI_TOKEN`. */
  readonly token?: string
  readonly ciToken?: string
  readonly provider?: string
  /** There is a CI job with such a session. */
  readonly job?: true
}

/** What the environment says; a login and a token become sessions without more ado. */
function variablesOf({ provider }: ScriptedWorld, said: Environment): SessionVariables {
  return {
    provider: said.provider,
    token: (name) => {
      const own = name === 'ci' ? said.ciToken : undefined
      const token = own ?? said.token
      const variable = own === undefined ? 'TOKN_TOKEN' : 'TOKN_CI_TOKEN'
      return token === undefined ? undefined : { token: new Secret(token), variable }
    },
    storeOf: ({ store }) => store,
    open: async (_, profile, access) => ({
      profile,
      record: recordFor(profile, provider, { access }),
    }),
    job: async () => {
      const profile: Profile = { ...web, name: 'job', id: idInEnvironment(), store: 'memory' }
      return said.job && { profile, record: recordFor(profile, provider) }
    },
    login: async () => {
      const profile: Profile = {
        ...web,
        name: 'environment',
        id: idInEnvironment(),
        store: 'memory',
      }
      return { profile, record: recordFor(profile, provider) }
    },
  }
}

async function select(choice: ProfileChoice, said: Environment) {
  const world = openScripted({}, { profiles: [web, ci] })
  await world.ports.profiles.setDefault('web')
  const session = await selectSession(world.ports, choice, variablesOf(world, said), async () =>
    openInMemoryPorts(world.ports),
  )
  return { world, session }
}

describe('which session a command works on', () => {
  it.each<readonly [string, ProfileChoice, Environment, string, string]>([
    ['the default profile', {}, {}, 'store', 'web'],
    ['the profile named', { positional: 'ci' }, {}, 'store', 'ci'],
    ['a token goes before the default', {}, { token: 'x' }, 'environment', 'web'],
    ['a token goes before a name', { flag: 'ci' }, { token: 'x' }, 'environment', 'ci'],
    ['the token of a profile', { flag: 'ci' }, { ciToken: 'x', token: 'y' }, 'environment', 'ci'],
    ['a token before a login', {}, { token: 'x', provider: 'shop' }, 'environment', 'environment'],
    ['a login before the default', {}, { provider: 'shop' }, 'login', 'environment'],
    ['a job before a login', {}, { job: true, provider: 'shop' }, 'login', 'job'],
    ['a job before the default', {}, { job: true }, 'login', 'job'],
    ['a name before a job', { flag: 'ci' }, { job: true }, 'store', 'ci'],
    ['a token before a job', {}, { job: true, token: 'x' }, 'environment', 'web'],
    ['a name before a login', { environment: 'ci' }, { provider: 'shop' }, 'store', 'ci'],
  ])('%s', async (_, choice, said, source, name) => {
    const { session } = await select(choice, said)
    expect([session.source, session.name]).toEqual([source, name])
  })

  it('a token has the settings of the profile named, and rests in memory', async () => {
    const { world, session } = await select({ flag: 'ci' }, { ciToken: 'given' })
    expect(session.profile).toMatchObject({ store: 'memory', settings: { region: 'eu' } })
    expect(session.id).toBe('environment-tokn_ci_token')
    expect((await session.readRecord()).access.reveal()).toBe('given')
    expect(world.ports.index.list()).toEqual([])
    const touched = ['write', 'read'].map((verb) => `${verb} memory ${session.id}`)
    expect(world.ports.log).toEqual(touched)
  })

  it('an unknown name is no reason to refuse a token', async () => {
    const { session } = await select({ flag: 'other' }, { token: 'x' })
    expect([session.name, session.profile.provider]).toEqual(['other', ''])
  })

  it('profiles that cannot be read are none either, and that is told', async () => {
    const world = openScripted()
    const unread = () => {
      throw new ToknError('usage', 'it is damaged')
    }
    const profiles = { ...world.ports.profiles, outlines: unread, defaultName: unread }
    const ports = { ...world.ports, profiles }
    const session = await selectSession(ports, {}, variablesOf(world, { token: 'x' }), async () =>
      openInMemoryPorts(ports),
    )
    expect(session.source).toBe('environment')
    expect(world.ports.warnings).toEqual(['the profiles were not read: it is damaged'])
  })

  it('a token that cannot travel is refused', async () => {
    await expect(select({}, { token: 'two\nlines' })).rejects.toMatchObject({ code: 'usage' })
  })
})
