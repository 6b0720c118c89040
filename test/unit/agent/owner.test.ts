import { expect, it } from 'vitest'
import { Owners } from '../../../src/agent/owner.ts'
import { openAgentWorld } from './world.ts'

it('of one place are all that are logged in there, or the default one of them', async () => {
  const { world, put } = openAgentWorld()
  await put({})
  const [web] = world.sessions()
  if (web === undefined) throw new Error('no session')
  const other = web.of({ ...web.profile, name: 'other' })
  let standard: string | undefined
  const owners = new Owners({
    ...world,
    session: (name) => (name === 'other' ? other : web),
    sessions: () => [web, other],
    defaultName: () => standard,
  })
  expect(await owners.find('https://shop.example')).toEqual(['web', 'other'])
  standard = 'other'
  expect(await owners.find('https://shop.example')).toEqual(['other'])
  standard = 'elsewhere'
  expect(await owners.find('https://shop.example')).toEqual(['web', 'other'])
  expect(await owners.find('https://evil.example')).toEqual([])
})
