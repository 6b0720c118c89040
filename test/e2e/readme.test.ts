import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../support/home.ts'
import { readStory, runStory } from './runner.ts'

// A block below `<!-- story: sandbox hosterby -->` is run, with the credentials of that sandbox.
const marked = /<!-- story: ([^>]*?) -->\n```console\n([\s\S]*?)```/g
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(marked)].map(([, setting = '', block = '']) => ({
  setting,
  block,
}))

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

describe('the blocks of the README are true', () => {
  test('there are some', () => {
    expect(blocks.length).toBeGreaterThan(0)
  })

  for (const [index, { setting, block }] of blocks.entries()) {
    test(`block ${index + 1}: ${setting}`, async () => {
      const story = readStory(`README.md, block ${index + 1}`, retell(setting, block))
      await expect(runStory(story)).resolves.toBeUndefined()
    })
  }

  test('every command that it shows exists', () => {
    const shown = [...readme.matchAll(/(?:^|[`(|;] ?|\$ )tokn ([a-z]+)/gm)].map(([, name]) => name)
    const program = readFileSync(join(root, 'src/program.ts'), 'utf8')
    const unknown = shown.filter((name) => name !== 'help' && !program.includes(`${name}Command,`))
    expect(shown.length).toBeGreaterThan(10)
    expect(unknown).toEqual([])
  })
})
