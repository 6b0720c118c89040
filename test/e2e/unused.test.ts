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
// Found by what lists the folder, by the program's start, or by the build.
const entries = /^src\/(app\/completion(-table)?\.ts|entry\.ts|main\.ts|messages\/[a-z]+\/)/

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

test('each text is said by something, and not by tests alone', () => {
  const names = /^export (?:const|function) (\w+)/gm
  const texts = ours.filter(({ path }) => path.startsWith('src/messages/en/'))
  const unsaid = texts.flatMap(({ path, text }) =>
    [...text.matchAll(names)]
      .map(([, name = '']) => name)
      .filter((name) => !isSaid(path, text, name))
      .map((name) => `${path}: ${name}`),
  )
  expect(texts.length).toBeGreaterThan(20)
  expect(unsaid).toEqual([])
})

/**
 * By its area, as `words.times.instant` or `{ instant } = words.times`, by its name in a table, or by other
 * texts.
 */
function isSaid(path: string, text: string, name: string): boolean {
  const file = /([a-z-]+)\.ts$/.exec(path)?.[1] ?? ''
  const area = file.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const ofArea = new RegExp(`\\b(words|texts)\\.${area}\\b|\\b${area}\\b[^}\\n]*\\} = words\\b`)
  const member = new RegExp(`(\\.|[{,]\\s*|\\[')${name}\\b`)
  const word = new RegExp(`\\b${name}\\b`, 'g')
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  return (
    [...code.matchAll(word)].length > 1 ||
    ours.some((source) => {
      if (source.path === path) return false
      if (source.path.startsWith('src/messages/en/'))
        return source.text.includes(`'./${file}.ts'`) && source.text.search(word) >= 0
      return ofArea.test(source.text) && member.test(source.text)
    })
  )
}

test('what time it is says one port, which a test can set', () => {
  // Files are compared with their own times, and waits are measured, where those are made.
  const own = /^src\/(io|sandbox)\//
  const reading = ours
    .filter(({ path }) => !own.test(path))
    .filter(({ text }) =>
      /\bDate\.now\(|\bperformance\.now\(|\buptime\(|\bhrtime\b|\bnew Date\(\)/.test(text),
    )
  expect(reading.map(({ path }) => path)).toEqual([])
})
