import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { root } from '../support/home.ts'

interface Cut {
  readonly file: string
  readonly replaced?: ReadonlyArray<readonly [before: string, after: string]>
  /** Of a file of which more goes: it is given as a whole. */
  cut?(code: string, changed: () => Error): string
}

interface Trimming {
  readonly cuts: readonly Cut[]
  trimPackages(made?: readonly Cut[]): {
    readonly transform: { handler(code: string, id: string): string | undefined }
    buildEnd(error?: Error): void
  }
}

const module = pathToFileURL(join(root, '.config/trimmed-packages.mjs')).href
const { cuts, trimPackages } = (await import(module)) as Trimming

const pathOf = ({ file }: Cut) => join(root, 'node_modules', file)
const textOf = (cut: Cut) => readFileSync(pathOf(cut), 'utf8')

const pairs = cuts.flatMap((cut) =>
  cut.replaced === undefined ? [] : [{ cut, file: cut.file, replaced: cut.replaced }],
)
const whole = cuts.filter(({ cut }) => cut !== undefined)

test('every cut is of one of the two kinds', () => {
  expect([...pairs.map(({ file }) => file), ...whole.map(({ file }) => file)].toSorted()).toEqual(
    cuts.map(({ file }) => file).toSorted(),
  )
})

test.each(whole.map((cut) => [cut.file, cut] as const))(
  'fails the build with any other %s',
  (_, cut) => {
    const { handler } = trimPackages([cut]).transform
    const text = textOf(cut)
    expect(handler(text, pathOf(cut))?.length).toBeLessThan(text.length)
    const changed = `${cut.file} has changed`
    expect(() => handler(text.replace(';', ' ;'), pathOf(cut))).toThrow(changed)
    expect(() => handler(`${text}\n`, pathOf(cut))).toThrow(changed)
  },
)

describe.each(pairs.map((pair) => [pair.file, pair] as const))(
  'what is left out of %s',
  (_, { cut, replaced }) => {
    const { handler } = trimPackages([cut]).transform

    test('is all in the package, and none of it in the bundle', () => {
      const trimmed = handler(textOf(cut), pathOf(cut)) ?? ''
      for (const [before, after] of replaced) {
        expect(trimmed).not.toContain(before)
        expect(trimmed).toContain(after)
      }
    })

    test.each(replaced)('fails the build without %s', (before) => {
      const changed = `${cut.file} has changed`
      expect(() => handler(textOf(cut).replace(before, ''), pathOf(cut))).toThrow(changed)
      // Twice is once too often: one of them may be what is run.
      expect(() => handler(`${textOf(cut)}\n${before}`, pathOf(cut))).toThrow(changed)
    })
  },
)

test('a file that is no longer where it was fails the build', () => {
  const { transform, buildEnd } = trimPackages()
  expect(() => buildEnd()).toThrow('commander/lib/command.js, conf/')
  for (const cut of cuts) transform.handler(textOf(cut), pathOf(cut))
  expect(() => buildEnd()).not.toThrow()
  // The build has failed already, and says why.
  expect(() => trimPackages().buildEnd(new Error('no such file'))).not.toThrow()
})

test('nothing of what is left out is in the bundle', () => {
  const chunks = join(root, 'dist/chunks')
  const text = readdirSync(chunks).map((name) => readFileSync(join(chunks, name), 'utf8'))
  const bundled = [...text.join('\n').matchAll(/^\/\/ node_modules\/(.*)$/gm)].map(([, one]) => one)
  expect(bundled).toEqual(expect.arrayContaining(['conf/dist/source/index.js']))
  const unwanted = /^(?:ajv|semver|fast-uri|undici\/lib\/(?:web\/|dispatcher\/client-h2))/
  expect(bundled.filter((path) => unwanted.test(path ?? ''))).toEqual([])
})
