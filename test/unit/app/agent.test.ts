import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openAgent } from '../../../src/app/agent.ts'
import { askAgent } from '../../../src/io/agent/ask.ts'
import { openAgentWorld } from '../agent/world.ts'

it('answers once what answers can be loaded, and says why it could not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-agent-'))
  const socket = join(folder, 'agent.sock')
  const told: string[] = []
  let tried = 0
  const running = await openAgent({
    world: { ...openAgentWorld().world, socket },
    lock: async () => async () => ({
      fence: 1,
      stillHeld: async () => true,
      release: async () => undefined,
    }),
    log: (line) => told.push(line),
    answers: (agent) => {
      if (++tried <= 2) throw new RangeError('no room')
      return (asked) => agent.answer(asked)
    },
  })
  const ask = async () => await askAgent(socket, { target: '/status' }, 5_000)
  const noAnswer = { code: 'store', message: `what listens at ${socket} is no agent of tokn` }
  await expect(ask()).rejects.toMatchObject(noAnswer)
  await expect(ask()).rejects.toMatchObject(noAnswer)
  expect(await ask()).toMatchObject({ status: 200 })
  expect(told).toEqual(Array(2).fill(expect.stringContaining('could not be loaded (RangeError)')))
  await running?.close()
  rmSync(folder, { recursive: true })
})
