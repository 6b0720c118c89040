import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { Secret } from '../../../../src/core/secret.ts'
import { openKeyRing } from '../../../../src/stores/shared/key-ring.ts'
import { openRows } from '../../../../src/stores/shared/rows.ts'
import { openSharedProfiles } from '../../../../src/stores/shared/profiles.ts'
import { profileText } from '../../../../src/stores/shared/profile-text.ts'
import { startMemoryServer } from '../../../support/memory-engine.ts'

const time = {
  now: Date.now,
  monotonic: () => performance.now(),
  wait: async () => undefined,
  repeat: () => () => undefined,
  random: () => 0,
}

function open() {
  const engine = startMemoryServer().connect()
  const key = new Secret(randomBytes(32).toString('base64'))
  const ring = openKeyRing(engine, () => key)
  return { engine, profiles: openSharedProfiles(engine, openRows(engine, ring, time), ring) }
}

const textOf = (id: string, baseUrl: string) =>
  profileText({ entry: { id, baseUrl, store: 'file' } })

test('a profile is read as it was signed, under its name, without its place', async () => {
  const { profiles } = open()
  await profiles.write({ id: 'one', name: 'web' }, { profile: textOf('one', 'https://a.example') })
  const found = await profiles.find('web')
  expect(found?.profile).toEqual({
    ...{ name: 'web', id: 'one', definition: undefined },
    entry: { id: 'one', baseUrl: 'https://a.example' },
  })
  await profiles.rename('one', 'shop')
  expect(await profiles.find('web')).toBeUndefined()
  expect((await profiles.find('shop'))?.profile?.id).toBe('one')
  expect(await profiles.remove('one')).toBe(true)
  expect(await profiles.list(['profile', 'index'])).toEqual([])
})

test('a row that is being moved in has no profile', async () => {
  const { profiles } = open()
  await profiles.write({ id: 'one', name: 'web' }, {})
  const found = await profiles.find('web')
  expect(found?.row.id).toBe('one')
  expect([found?.profile, found?.fault]).toEqual([undefined, undefined])
})

test('what is signed and is no profile takes no other away', async () => {
  const { profiles } = open()
  await profiles.write({ id: 'one', name: 'odd' }, { profile: 'no JSON' })
  await profiles.write({ id: 'two', name: 'web' }, { profile: textOf('two', 'https://a.example') })
  const listed = await profiles.list(['profile'])
  expect(listed.map(({ fault, profile }) => fault?.code ?? profile?.name)).toEqual(['store', 'web'])
})

test('no profile of another row, another key, or with a changed byte is believed', async () => {
  const { engine, profiles } = open()
  const other = open()
  for (const [one, id] of [
    [profiles, 'one'],
    [profiles, 'two'],
    [other.profiles, 'one'],
  ] as const) {
    await one.write({ id, name: `web-${id}` }, { profile: textOf(id, `https://${id}.example`) })
  }
  const own = (await engine.read('one'))?.parts.profile ?? ''
  const [header = '', body = '', end = ''] = own.split('.')
  const forged = [
    (await engine.read('two'))?.parts.profile ?? '',
    (await other.engine.read('one'))?.parts.profile ?? '',
    [header, body.replace(/^./, (first) => (first === 'e' ? 'f' : 'e')), end].join('.'),
    'not signed',
  ]
  for (const profile of forged) {
    const version = (await engine.read('one'))?.version
    await engine.write('one', { parts: { profile }, when: { version } })
    const found = await profiles.find('web-one')
    expect(found?.profile).toBeUndefined()
    expect(found?.fault).toMatchObject({ code: 'store', details: { fault: 'damaged' } })
  }
})

test('what opens a profile is made while the engine is asked, and a wrong key is told afterwards', async () => {
  for (const text of [randomBytes(32).toString('base64'), 'no key']) {
    const { engine } = open()
    const steps: string[] = []
    const ring = openKeyRing(engine, () => {
      steps.push('key')
      return new Secret(text)
    })
    const slow = {
      ...engine,
      find: async (name: string) => {
        const row = await engine.find(name)
        await new Promise((resolve) => setTimeout(resolve, 20))
        steps.push('answer')
        return row
      },
    }
    const profiles = openSharedProfiles(slow, openRows(slow, ring, time), ring)
    expect(await profiles.find('web')).toBeUndefined()
    expect(steps).toEqual(['key', 'answer'])
  }
})
