import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../support/home.ts'

interface Source {
  /** Path below the root. */
  readonly path: string
  readonly text: string
}

const sources = ['src', 'test'].flatMap(readSources)
const ours = sources.filter(({ path }) => path.startsWith('src/'))

function readSources(folder: string): readonly Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|cjs)$/.test(name))
    .map((name) => join(folder, name))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** By path, the files that name it: an import, or a path given to something that loads it. */
function findUsers(): ReadonlyMap<string, readonly Source[]> {
  const users = new Map<string, Source[]>()
  for (const source of sources) {
    for (const [, name = ''] of source.text.matchAll(/'(\.{1,2}\/[^']+)'/g)) {
      const path = relative(root, resolve(root, dirname(source.path), name))
      users.set(path, [...(users.get(path) ?? []), source])
    }
  }
  return users
}

const users = findUsers()
// Found by what lists the folder, or by the program's start.
const entries = /^src\/(main\.ts|messages\/[a-z]+\/)/

describe('nothing is there that nothing uses:', () => {
  test('each file is used by another', () => {
    const unused = ours
      .filter(({ path }) => !entries.test(path) && !path.endsWith('.d.ts'))
      .filter(({ path }) => !users.has(path))
    expect(unused.map(({ path }) => path)).toEqual([])
  })

  test('what a file exports is used by another, but for the types of what it exports', () => {
    const names = /^export (?:async )?(?:function\*?|const|class) (\w+)/gm
    const unused = ours
      .filter(({ path }) => !entries.test(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(names)]
          .map(([, name = '']) => name)
          .filter((name) => {
            const word = new RegExp(`\\b${name}\\b`)
            return !users.get(path)?.some((user) => word.test(user.text))
          })
          .map((name) => `${path}: ${name}`),
      )
    expect(unused).toEqual([])
  })
})

test('what time it is says one port, which a test can set', () => {
  // Files are compared with their own times, and waits are measured, where those are made.
  const own = /^src\/(io|sandbox)\//
  const reading = ours
    .filter(({ path }) => !own.test(path))
    .filter(({ text }) => /\bDate\.now\(|\bperformance\.now\(|\bnew Date\(\)/.test(text))
  // What a command may take is counted from the start of its process, and from that of the other one.
  const waits = ['src/app/ports.ts', 'src/refresher/spawn.ts']
  expect(reading.map(({ path }) => path).toSorted()).toEqual(waits)
})
