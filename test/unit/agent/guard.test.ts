import { expect, it } from 'vitest'
import type { Answer } from '../../../src/agent/answers.ts'
import { Guard } from '../../../src/agent/guard.ts'
import { createLocking } from '../../../src/agent/locking.ts'
import { createPassphraseLock } from '../../../src/agent/passphrase-lock.ts'
import { readRequest } from '../../../src/agent/requests.ts'
import { openAgentWorld } from './world.ts'

const caller = { headers: {}, socket: { destroyed: false } }

/** An agent behind its lock. */
function openGuarded(isMissingFor: (name: string) => boolean = () => false) {
  const gate = { locked: (): boolean => guard.locked() }
  const world = openAgentWorld({ gate })
  const locking = createLocking({
    passphrase: createPassphraseLock({ elapsed: () => 0, cost: 1_024 }),
    drop: () => world.agent.forget(),
    changed: () => undefined,
  })
  const guard = new Guard({
    locking,
    storeKey: {
      isMissing: () => false,
      isMissingFor,
      open: async () => undefined,
      drop: () => undefined,
    },
    clock: world.world.clock,
    drop: () => world.agent.forget(),
    opened: () => undefined,
  })
  const ask = async (line: string): Promise<Answer> => {
    const [method = '', target = ''] = line.split(' ')
    return await guard.answer(readRequest(method, target), caller, (asked) =>
      world.agent.answer(asked),
    )
  }
  return { world, ask }
}

it('says nothing while it is locked, but that it is', async () => {
  const { world, ask } = openGuarded()
  await world.put({})
  expect(await ask('GET /token/web')).toMatchObject({ status: 200 })
  expect(await ask('POST /lock')).toMatchObject({ status: 200 })
  for (const line of ['GET /token/web', 'GET /auth/web', 'GET /header/web', 'GET /token/x']) {
    expect(await ask(line)).toEqual({ status: 404 })
  }
  expect(await ask('GET /get?uri=https://shop.example/x')).toEqual({ status: 404 })
  expect(await ask('GET /session/web')).toMatchObject({ status: 423 })
  const { body = '' } = await ask('GET /status')
  expect(JSON.parse(body)).toMatchObject({ locked: true, profiles: [] })
  expect(await ask('POST /unlock')).toMatchObject({ status: 200 })
  expect(await ask('GET /token/web')).toMatchObject({ status: 200 })
})

it('sends another process of this program its own way where it lacks the key of a store', async () => {
  const { world, ask } = openGuarded((profile) => profile === 'web')
  await world.put({})
  expect(await ask('GET /session/web')).toEqual({ status: 424 })
  expect(await ask('GET /session/nobody')).toEqual({ status: 404 })
})

it('gives nothing out that was under way when it was locked', async () => {
  const { world, ask } = openGuarded()
  await world.put({})
  const late = ask('GET /token/web')
  await ask('POST /lock')
  expect(await late).toEqual({ status: 404 })
  expect(world.agent.sessions.held('web')).toBeUndefined()
})
