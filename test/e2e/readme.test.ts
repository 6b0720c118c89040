import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { documents } from '../support/documents.ts'
import { makeHome, root } from '../support/home.ts'
import { run } from '../support/run.ts'
import { readStory, runStory } from './runner.ts'

// A block below `<!-- story: sandbox hosterby -->` is run, with the credentials of that sandbox.
const marked = /<!-- story: ([^>]*?) -->\n```console\n([\s\S]*?)```/g
const blocks = documents.flatMap(({ path, text }) =>
  [...text.matchAll(marked)].map(([, setting = '', block = '']) => ({ path, setting, block })),
)
const definitions = documents.flatMap(({ path, text }) =>
  [...text.matchAll(/```jsonc\n([\s\S]*?)```/g)].map(([, block = '']) => ({ path, text, block })),
)

/** Where a command begins in code: in a line, behind a prompt, in a pipe or a list. */
const anyStart = /(?:^|[`(|;] ?|\$ )tokn ([a-z]+)/gm

/** A block as a story: what the terminal shows is both streams, in the order of their writing. */
function retell(setting: string, block: string): string {
  const prepared = setting.split(';').flatMap((text) => {
    const line = text.trim()
    return line.startsWith('sandbox ') ? [line, `credentials ${line.split(' ')[1]}`] : [line]
  })
  const commands = block.replaceAll('\\\n', '').split(/^\$ /m).slice(1)
  const told = commands.flatMap((text) => {
    const [command = '', ...shown] = text.trimEnd().split('\n')
    const fails = shown.some((line) => line.startsWith('tokn: error: '))
    // One that fails has to: the shell's own status for that is 1.
    const run = fails ? `$ ! { ${command}; } 2>&1` : `$ { ${command}; } 2>&1`
    return [run, ...(shown.length === 0 ? ['! stdout .'] : shown.map((line) => `> ${line}`))]
  })
  return [...prepared, ...told].join('\n')
}

describe('what the documents show is true', () => {
  test('the README has blocks to run', () => {
    expect(blocks.filter(({ path }) => path === 'README.md').length).toBeGreaterThan(1)
  })

  for (const [index, { path, setting, block }] of blocks.entries()) {
    test(`${path}, block ${index + 1}: ${setting}`, async () => {
      const story = readStory(`${path}, block ${index + 1}`, retell(setting, block))
      await expect(runStory(story)).resolves.toBeUndefined()
    })
  }

  test('the guide has a definition to add', () => {
    expect(definitions.length).toBeGreaterThan(0)
  })

  test.each(definitions)('$path has a definition that can be added', async ({ text, block }) => {
    const home = makeHome()
    const file = join(home.work, 'shop.json')
    writeFileSync(file, block)
    const added = await run(['provider', 'add', file, '--yes'], { home })
    expect(added, added.err).toMatchObject({ status: 0 })
    writeFileSync(file, block.replace('"access": "access"', '"acces": "access"'))
    const refused = await run(['provider', 'add', file, '--force', '--yes'], { home })
    expect(refused).toMatchObject({ status: 2, out: '' })
    expect(text).toContain(`$ tokn provider add shop.json\n${refused.err}\`\`\``)
    home.remove()
  })

  test('every command that they show exists', () => {
    const shown = documents.flatMap(({ path, text }) => {
      // What help prints has sentences about tokn among its commands.
      const start = path.endsWith('commands.md') ? /\$ tokn ([a-z]+)/g : anyStart
      const code = [...text.matchAll(/^```[\s\S]*?^```|`[^`\n]+`/gm)]
      return code.flatMap(([block]) => [...block.matchAll(start)].map(([, name]) => name))
    })
    const program = readFileSync(join(root, 'src/program.ts'), 'utf8')
    const unknown = shown.filter((name) => name !== 'help' && !program.includes(`.${name}Command`))
    expect(shown.length).toBeGreaterThan(50)
    expect(unknown).toEqual([])
  })

  test('every flag of a login that they show exists', async () => {
    const shown = documents.flatMap(({ text }) => {
      const lines = text.replaceAll('\\\n', '').matchAll(/\btokn login ([^\n`|;#]*)/g)
      return [...lines].flatMap(([, words = '']) => words.match(/(?<= |^)--[a-z][a-z-]*/g) ?? [])
    })
    const home = makeHome()
    const { out } = await run(['login', '--help'], { home })
    home.remove()
    expect(shown.length).toBeGreaterThan(50)
    expect(shown.filter((flag) => !new RegExp(`(^|[ ,])${flag}\\b`, 'm').test(out))).toEqual([])
  })
})
