import type { Option } from 'commander'
import { array, assert, asyncProperty, constantFrom } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { howMany } from '../support/effort.ts'
import { readWords } from '../e2e/words.ts'
import { openTree, readFast, readLine, type Called } from './commands/tree.ts'

const names = ['token', 'header', 'env', 'exec', 'curl', 'refresh', 'login'] as const

/** The flags that a command declares in the tree. */
function optionsOf(name: string): readonly Option[] {
  const command = openTree().commands.find((one) => one.name() === name)
  return command?.options ?? []
}

/** What the tree makes of a line; `undefined` where it refuses it, or prints help. */
async function readSlow(line: readonly string[]): Promise<Called | undefined> {
  try {
    return await readLine(line)
  } catch {
    return undefined
  }
}

/** Whether the fast path takes a line; it must be one that the tree takes, and takes so. */
async function isTaken(line: readonly string[]): Promise<boolean> {
  const fast = await readFast(line)
  if (fast !== undefined) expect({ line, ...fast }).toEqual({ line, ...(await readSlow(line)) })
  return fast !== undefined
}

describe.each(names)('the fast path of tokn %s', (name) => {
  const options = optionsOf(name)

  it('takes every flag that the tree declares, and reads it so', async () => {
    expect(options.length).toBeGreaterThan(12)
    for (const { long, short, required } of options) {
      const value = required ? ['a'] : []
      const spellings = [long, short].filter((one) => one !== undefined)
      for (const flag of spellings) {
        expect([flag, await isTaken([name, flag, ...value])]).toEqual([flag, true])
        expect([flag, await isTaken([name, 'web', flag, ...value])]).toEqual([flag, true])
        expect([flag, await isTaken([name, flag, ...value, flag, ...value, 'web'])]).toEqual([
          flag,
          true,
        ])
      }
      if (required) {
        expect([long, await isTaken([name, `${long}=a=b`, `${long}=`])]).toEqual([long, true])
      }
    }
  })

  it('leaves what is not plain to the tree', async () => {
    for (const { long, short, required } of options) {
      const odd = required
        ? [[long], [long, '-'], [long, '-x'], [long, '--'], [`${long}=-`]]
        : [[`${long}=`], [`${long}=yes`]]
      const attached = short === undefined ? [] : [[`${short}x`], [`${short}q`]]
      for (const words of [...odd, ...attached]) {
        const line = [name, ...words.map(String)]
        expect([line, await isTaken(line)]).toEqual([line, false])
      }
    }
  })

  it('takes no word that the tree refuses, in any order', async () => {
    const flags = options.flatMap(({ long, short }) => [long, short].filter((one) => one))
    const word = constantFrom(
      ...(flags as string[]),
      ...(flags as string[]).map((flag) => `${flag}=a`),
      ...['web', 'iot', '', '-', '--', '--no-such', '-x', '-h', '--help', '--version', '-1', '10m'],
      ...[
        '--bare',
        '--fields',
        '--all',
        '--no-refresh',
        '--input',
        '--toString',
        '__proto__',
        name,
      ],
    )
    const taken = new Set<boolean>()
    await assert(
      asyncProperty(array(word, { maxLength: 6 }), async (words) => {
        taken.add(await isTaken([name, ...words]))
      }),
      { numRuns: howMany(200, 20_000) },
    )
    // Both were among them.
    expect(taken.size).toBe(2)
  })
})

it.each([
  ['token', true],
  ['token web -n -q', true],
  ['token web -o env --var X', true],
  ['header -P web -o curl --min-ttl=1m', true],
  ['header web --refresh force', true],
  ['token --json', true],
  ['token web --fields token,expires_at', true],
  ['token --timeout 1s', true],
  ['env web --shell fish', true],
  ['exec web -e A -e B:iot -- true -x', true],
  ['exec', true],
  ['exec --json -- true', true],
  ['curl web -- -s https://api.example', true],
  ['curl web --', true],
  ['refresh web --force -q', true],
  ['refresh --all --if-expiring 10m', true],
  ['login web -p mcs --set a=b --set c=d --no-remember', true],
  ['login -h', false],
  ['header -n', false],
  ['header -o env --var X', true],
  ['header --field X', false],
  ['token --field expires_at', true],
  ['token --quiet=yes', false],
  ['token --bare=', false],
  ['token a b', false],
  ['token --min-ttl', false],
  ['token --min-ttl --json', false],
  ['token --no-such', false],
  ['token -nq', false],
  ['token --help', false],
  ['token -- web', false],
  ['token --', false],
  ['env -- web', false],
  ['exec --fields a -- true', false],
  ['curl --fields=a -- -s', false],
  ['-q token', false],
  ['info', false],
  ['toString', false],
  ['', false],
])('tokn %s: %s', async (line, taken) => {
  expect(await isTaken(readWords(line))).toBe(taken)
})
