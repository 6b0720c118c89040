import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exitStatus } from '../../src/core/errors.ts'
import { documents, type Document } from '../support/documents.ts'
import { root } from '../support/home.ts'

function textOf(path: string): string {
  return documents.find((document) => document.path === path)?.text ?? ''
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '')
}

/** The anchors of a document, as GitHub makes them of its headings. */
function anchorsIn(text: string): readonly string[] {
  const headings = text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** The links of a document that lead nowhere. */
function brokenLinks({ path, text }: Document): readonly string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? path : join(dirname(path), file)
    if (!existsSync(join(root, target))) return true
    return anchor !== undefined && !anchorsIn(textOf(target)).includes(anchor)
  })
}

/** The folders within a room. */
function partsOf(room: string): readonly string[] {
  return readdirSync(join(root, room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${room}/${name}`)
}

/** Whether CONTRIBUTING has a row of its own for a folder, or names it in the row of its room. */
function hasPlace(part: string): boolean {
  const rows = textOf('CONTRIBUTING.md').split('\n')
  const [room, name] = [dirname(part), part.split('/').at(-1)]
  const own = rows.some((row) => row.startsWith('| ') && row.includes(`\`${part}\``))
  return (
    own || rows.some((row) => row.startsWith(`| \`${room}\` |`) && row.includes(`\`${name}/\``))
  )
}

describe('the documents', () => {
  test.each(documents)('$path has no link that leads nowhere', (document) => {
    expect(brokenLinks(document)).toEqual([])
  })

  test('are all in their table of contents', () => {
    const others = documents.map(({ path }) => path).filter((path) => path.startsWith('docs/'))
    for (const path of others.filter((one) => one !== 'docs/README.md')) {
      expect(textOf('README.md')).toContain(`(${path})`)
      expect(textOf('docs/README.md')).toContain(`(${path.replace('docs/', '')})`)
    }
  })

  test('the README can be read in a few minutes, in a terminal', () => {
    const lines = textOf('README.md').trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(200)
    expect(lines.filter((line) => line.length > 160)).toEqual([])
  })

  test('every path that CONTRIBUTING names is there, but for those that it calls new', () => {
    const text = textOf('CONTRIBUTING.md').replaceAll(/\s+/g, ' ')
    const named = text
      .replaceAll(/\bnew (room |folder |file )?`[^`]+`/g, '')
      .matchAll(/`((?:src|test|docs|bin|\.config|\.ci|\.github)\b[\w./-]*|[A-Z]+\.md)`/g)
    const paths = [...new Set([...named].map(([, path = '']) => path))]
    expect(paths.length).toBeGreaterThan(80)
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  test('CONTRIBUTING has a line for each room and each suite', () => {
    const foldersOf = (folder: string) =>
      readdirSync(join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `| \`${folder}/${name}\` |`)
    const missing = [...foldersOf('src'), ...foldersOf('test')].filter(
      (line) => !textOf('CONTRIBUTING.md').includes(line),
    )
    expect(missing).toEqual([])
    const parts = readdirSync(join(root, 'src'), { withFileTypes: true }).flatMap((room) =>
      room.isDirectory() ? partsOf(`src/${room.name}`) : [],
    )
    expect(parts.length).toBeGreaterThan(20)
    expect(parts.filter((part) => !hasPlace(part))).toEqual([])
  })

  test('each error code is in the table of what to do, with its exit status', () => {
    const rows = textOf('docs/troubleshooting.md').matchAll(/^\| (\d+) \| `(\w+)` \|/gm)
    const told = [...rows].map(([, status, code]) => `${code} ${status}`)
    const codes = Object.entries(exitStatus).map(([code, status]) => `${code} ${status}`)
    expect(told.toSorted()).toEqual(codes.toSorted())
  })

  test('each guarantee that a test cites is told, and each that is told is shown', () => {
    const script = join(root, '.config/guarantees.cjs')
    expect(() => execFileSync(process.execPath, [script, '--check'])).not.toThrow()
  })

  test('each example definition is in the guide', () => {
    const examples = readdirSync(join(root, 'docs/examples')).filter((name) =>
      name.endsWith('.json'),
    )
    expect(examples.length).toBeGreaterThan(15)
    const guide = textOf('docs/definitions.md')
    expect(examples.filter((name) => !guide.includes(`(examples/${name})`))).toEqual([])
  })

  test('each file for a CI system is in the guide', () => {
    const folder = join(root, 'docs/examples/ci')
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    expect(files.length).toBeGreaterThan(10)
    const guide = textOf('docs/ci.md')
    expect(files.filter((path) => !guide.includes(`(examples/ci/${path})`))).toEqual([])
  })

  test('are in the package', () => {
    const { files, keywords } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly files: readonly string[]
      readonly keywords: readonly string[]
    }
    expect(files).toEqual(
      expect.arrayContaining(['docs', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md']),
    )
    expect(keywords.length).toBeGreaterThan(5)
  })
})
