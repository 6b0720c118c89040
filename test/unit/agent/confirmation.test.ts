import { describe, expect, test } from 'vitest'
import { createConfirmation, type Use } from '../../../src/agent/confirmation.ts'

const web: Use = { profile: 'web', endpoint: '/token' }
const here = () => false

function open() {
  let at = 0
  const asked: Use[] = []
  const answers: Array<(allowed: boolean) => void> = []
  const confirmation = createConfirmation({
    elapsed: () => at,
    ask: async (use) => {
      asked.push(use)
      return await new Promise((resolve) => answers.push(resolve))
    },
  })
  const answer = async (allowed: boolean) => {
    await new Promise(setImmediate)
    answers.shift()?.(allowed)
  }
  return { confirmation, asked, answer, pass: (time: number) => (at += time) }
}

describe('asking before a use', () => {
  test('asks one question at a time', async () => {
    const { confirmation, asked, answer } = open()
    const both = [confirmation.allows(web, here), confirmation.allows(web, here)]
    await answer(true)
    expect(asked).toHaveLength(1)
    await answer(true)
    expect(await Promise.all(both)).toEqual([true, true])
    expect(asked).toHaveLength(2)
  })

  test('takes a no for all that waits, and for a moment after that', async () => {
    const { confirmation, asked, answer, pass } = open()
    const all = Array.from({ length: 5 }, () => confirmation.allows(web, here))
    await answer(false)
    expect(await Promise.all(all)).toEqual(Array(5).fill(false))
    pass(9_999)
    expect(await confirmation.allows(web, here)).toBe(false)
    expect(asked).toHaveLength(1)
    pass(1)
    const again = confirmation.allows(web, here)
    await answer(true)
    expect(await again).toBe(true)
  })

  test('takes a no for one profile alone', async () => {
    const { confirmation, answer } = open()
    const one = confirmation.allows(web, here)
    const other = confirmation.allows({ ...web, profile: 'iot' }, here)
    await answer(false)
    await answer(true)
    expect(await Promise.all([one, other])).toEqual([false, true])
  })

  test('does not ask for whoever is gone', async () => {
    const { confirmation, asked, answer } = open()
    const first = confirmation.allows(web, here)
    const gone = confirmation.allows(web, () => true)
    await answer(true)
    expect(await Promise.all([first, gone])).toEqual([true, false])
    expect(asked).toHaveLength(1)
  })

  test('asks again after a question that could not be put', async () => {
    let broken = true
    const confirmation = createConfirmation({
      elapsed: () => 0,
      ask: async () => {
        if (broken) throw new Error('no screen')
        return true
      },
    })
    await expect(confirmation.allows(web, here)).rejects.toThrow('no screen')
    broken = false
    expect(await confirmation.allows(web, here)).toBe(true)
  })

  test('refuses more than a person would answer', async () => {
    const { confirmation, asked, answer } = open()
    const all = Array.from({ length: 20 }, () => confirmation.allows(web, here))
    for (let index = 0; index < 16; index++) await answer(true)
    expect((await Promise.all(all)).filter((allowed) => allowed)).toHaveLength(16)
    expect(asked).toHaveLength(16)
  })
})
