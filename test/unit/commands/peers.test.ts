import { describe, expect, it } from 'vitest'
import { isToknError } from '../../../src/core/errors.ts'
import { meantBy, peerFlags, peers } from '../../../src/commands/help/peers.ts'
import { everyFlag } from '../../../src/commands/flags/every.ts'
import { readLine } from './tree.ts'

const asked = new Set(['help', '--version'])

/** What `tokn` says of words that name no command. */
async function failure(line: string): Promise<unknown> {
  return await readLine(line.split(' ')).catch((thrown: unknown) => thrown)
}

describe('words of other tools', () => {
  it('are many, and each is told one or two commands', () => {
    expect(peers.size).toBeGreaterThan(200)
    for (const [word, commands] of peers) {
      expect({ word, few: commands.length >= 1 && commands.length <= 2 }).toEqual({
        word,
        few: true,
      })
    }
  })

  it.each([...new Set([...peers.values()].flat())])(
    'tokn %s is a line that is understood',
    async (line) => {
      if (asked.has(line)) return
      const { command } = await readLine(line.split(' '))
      expect(line.startsWith(command)).toBe(true)
    },
  )

  it.each([...peers].filter(([words]) => words !== 'version'))(
    'tokn %s is no command, and says what is',
    async (words, commands) => {
      const error = await failure(words)
      expect(isToknError(error, 'usage')).toBe(true)
      const { hint } = error as { readonly hint: string }
      const lines = hint.split('\n').map((line) => line.trim())
      expect(lines).toHaveLength(commands.length)
      for (const [index, command] of commands.entries()) {
        expect(lines[index]).toMatch(/^tokn .+: [a-z].{8,}$/)
        expect(lines[index]?.startsWith(`tokn ${command}: `)).toBe(true)
      }
    },
  )

  it.each([
    ['renew', ['refresh']],
    ['whoami', ['info']],
    ['auth login --web', ['login']],
    ['auth git-credential', ['login']],
    ['auth token', ['token']],
    ['rotate 66a6', ['refresh', 'issue']],
    ['profile create web', ['login PROFILE']],
    ['xyzzy', undefined],
    ['auto', undefined],
    ['toString', undefined],
  ])('%s', (words, commands) => {
    expect(meantBy(words.split(' '))).toEqual(commands)
  })

  it('have flags as well, which stand for some that there are', () => {
    const known = new Set<string | undefined>(
      Object.values(everyFlag).map(({ names }) => names.split(', ').at(-1)),
    )
    const named = Object.values(peerFlags).filter((flag) => flag !== '--version')
    expect(named.filter((flag) => !known.has(flag))).toEqual([])
  })
})
