import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { forgetUnusedSecrets, redact, Secret } from '../../../src/core/secret.ts'

// Asked for once and for all: this file has a process of its own.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function settle(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 50 && !done(); tries++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const isKnown = (value: string) => redact(`it is ${value} now`) === 'it is [secret] now'

it('a process that lives on knows a secret for as long as it is in use', async () => {
  const first = new Secret('made-before-that')
  forgetUnusedSecrets()
  const kept = new Secret('kept-for-good')
  const twice = new Secret('made-twice')
  const make = () => {
    for (let count = 0; count < 100; count++)
      expect(isKnown(makeOne(`used-once-${count}`))).toBe(true)
    for (const value of ['made-twice', 'made-before-that']) makeOne(value)
  }
  make()
  await settle(() => !isKnown('used-once-7'))
  const left = Array.from({ length: 100 }, (_, count) => `used-once-${count}`).filter(isKnown)
  expect(left.length).toBeLessThan(3)
  expect(['made-before-that', 'kept-for-good', 'made-twice'].map(isKnown)).toEqual([
    true,
    true,
    true,
  ])
  expect([first, kept, twice].map(String)).toEqual(['[secret]', '[secret]', '[secret]'])
})

function makeOne(value: string): string {
  return new Secret(value).reveal()
}
