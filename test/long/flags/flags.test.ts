import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runProgram } from '../../../src/program.ts'
import type { Context } from '../../../src/commands/context.ts'
import { collectHelps, declaredIn, leavesOf, type Helps } from '../../support/helps.ts'
import { hasTerminal } from '../../support/terminal.ts'
import { own } from './own.ts'
import { everywhere, shared } from './shared.ts'
import { calls, openStage, type Stage } from './world.ts'

let stage: Stage
let helps: Helps

beforeAll(async () => {
  stage = await openStage()
  helps = await collectHelps(stage.home)
})

afterAll(() => stage.close())

const commands = Object.keys(calls)
const inTerminal = new Set(['--no-input', '--yes'])

/** A tool's own words are handed on, dashes or not. */
const asksTokn = (command: string) => command.startsWith('credential ')
const handedOn = 'went on to use checkFlags'

/**
 * What needs clients of other people, an API with keys to sign with, or an engine: test/long/setup.test.ts,
 * test/long/credential-aws.test.ts, test/long/refresher-service.test.ts and test/long/store-keys.test.ts
 * show what their flags do. That they take no others is shown here.
 */
const elsewhere = [
  'credential aws',
  'refresher run',
  ...['rekey', 'reader-key', 'list', 'push', 'pull', 'migrate', 'verify'].map(
    (one) => `store ${one}`,
  ),
  ...['docker', 'git', 'keyring', 'kubectl'].map((one) => `setup ${one}`),
]

test('every command of the program is tried here', () => {
  expect(
    leavesOf(helps)
      .map(([path]) => path)
      .toSorted(),
  ).toEqual([...commands, ...elsewhere].toSorted())
})

describe.each(commands)('%s', (command) => {
  test('behaves otherwise with each flag that it declares', async () => {
    const flags = declaredIn(helps.get(command) ?? '').filter((flag) => flag !== '--help')
    const hidden = flags.includes('--fields') || asksTokn(command) ? [] : ['--fields']
    const failures: string[] = []
    for (const flag of [...flags, ...hidden]) {
      if (inTerminal.has(flag) && !hasTerminal()) continue
      const show = own[command]?.[flag] ?? shared[flag] ?? everywhere[flag]
      try {
        if (show === undefined) throw new Error('nothing shows what it does')
        await show(stage, command)
      } catch (error) {
        failures.push(`${flag}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    expect(failures).toEqual([])
  })
})

describe.each([...commands, ...elsewhere])('%s', (command) => {
  test('refuses every flag that it does not declare', async () => {
    const universe = new Set([...helps.values()].flatMap(declaredIn))
    const declared = declaredIn(helps.get(command) ?? '')
    const taken: string[] = []
    for (const flag of universe) {
      if (declared.includes(flag) || ['--fields', '--version'].includes(flag)) continue
      const refused = await refusal([...command.split(' '), 'x', 'y', flag, 'z'])
      const expected = asksTokn(command) ? handedOn : `unknown option '${flag}'`
      if (!refused.includes(expected)) taken.push(`${flag}: ${refused}`)
    }
    expect(taken).toEqual([])
    expect(universe.size).toBeGreaterThan(60)
  })
})

/** What the command line ends with before anything is done: the context has nothing behind `--`. */
async function refusal(words: readonly string[]): Promise<string> {
  const nothing = new Proxy({} as Context, {
    get: (_, name) => {
      // Taken apart, and not used, before the line is read.
      if (name === 'rest' || name === 'terminal') return undefined
      throw new Error(`went on to use ${String(name)}`)
    },
  })
  return await runProgram(nothing, words).then(
    () => 'nothing was wrong',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}
