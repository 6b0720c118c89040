import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shapes } from '../../src/commands/output/shapes.ts'
import { clientNames } from '../../src/commands/setup/client.ts'
import { makeHome, program, root, type Home } from '../support/home.ts'
import { printReference } from '../support/command-reference.ts'
import { topics as topicMeanings, topicsHeading } from '../../src/messages/en/help.ts'
import {
  childrenIn,
  collectHelps,
  examplesIn,
  leavesOf,
  sectionsOf,
  type Helps,
} from '../support/helps.ts'
import { run } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'

let home: Home
let helps: Helps

beforeAll(async () => {
  home = makeHome()
  helps = await collectHelps(home)
})

afterAll(() => home.remove())

const leaves = () => leavesOf(helps)

function flagsIn(help: string): readonly string[] {
  return [...help.matchAll(/(?<![\w-])(--?[a-zA-Z][a-z-]*)/g)].map(([, flag = '']) => flag)
}

describe('help', () => {
  test('reaches every command', () => {
    const found = readdirSync(join(root, 'src/commands'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(root, 'src/commands', name), 'utf8'))
      .flatMap((text) =>
        [...text.matchAll(/(?:usage: |complete\(program, )'([a-z-]+)(?:'| \[| <)/g)].map(
          ([, name = '']) => name,
        ),
      )
    const tools = readFileSync(join(root, 'src/commands/credential/table.ts'), 'utf8')
    const asked = [...tools.matchAll(/^ {2}([a-z]+): async/gm)].map(([, name = '']) => name)
    const names = leaves().map(([path]) => path.split(' ').at(-1))
    expect(names.toSorted()).toEqual([...found, ...asked, ...clientNames].toSorted())
  })

  test('of every command has a usage, a sentence and an example of it', () => {
    for (const [path, help] of leaves()) {
      expect(help).toMatch(new RegExp(`^Usage: tokn ${path}\\b`))
      expect(help).toMatch(/\n\n[a-zA-Z].{10,}\n/)
      expect(examplesIn(help).join('\n'), path).toMatch(new RegExp(`tokn ${path}\\b`))
    }
  })

  test('shows examples whose flags exist', async () => {
    for (const [path, help] of leaves()) {
      const [options = ''] = help.split('\nExamples:\n')
      const known = new Set(flagsIn(options))
      const used = examplesIn(help)
        .flatMap((line) => line.split(/&&|\|/))
        .map((line) => line.trim())
        .filter((line) => line.startsWith(`tokn ${path} `))
        .flatMap((line) => flagsIn(line.split(' -- ')[0] ?? ''))
      expect({ path, unknown: used.filter((flag) => !known.has(flag)) }).toEqual({
        path,
        unknown: [],
      })
    }
  })

  test('is the same for "tokn help COMMAND"', async () => {
    expect(await run(['help', 'login'], { home })).toMatchObject({
      status: 0,
      out: helps.get('login'),
    })
  })

  test('topics are listed where one looks for them, and docs/commands.md has it all', async () => {
    const listed = sectionsOf(helps.get('') ?? '').get(topicsHeading) ?? ''
    const topics = [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name)
    expect(topics).toEqual(Object.keys(topicMeanings))
    const texts = new Map<string, string>()
    for (const topic of topics) {
      const { status, out } = await run(['help', topic], { home })
      expect({ topic, status, lines: out.split('\n').length > 5 }).toEqual({
        topic,
        status: 0,
        lines: true,
      })
      texts.set(topic, out)
    }
    await expect(printReference(helps, texts)).toMatchFileSnapshot('../../docs/commands.md')
  })
})

test('help json has every document that the program prints', () => {
  const texts = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    // What a socket answers is no document of a command: docs/agent.md has it.
    .filter((name) => name.endsWith('.ts') && name !== join('agent', 'answers.ts'))
    .map((name) => readFileSync(join(root, 'src', name), 'utf8'))
  const printed = texts.flatMap((text) =>
    [...text.matchAll(/schema: '(tokn\.[^']+)'/g)].map(([, schema = '']) => schema),
  )
  expect(Object.keys(shapes).toSorted()).toEqual([...new Set(printed)].toSorted())
})

describe.skipIf(!hasTerminal())('in a terminal', () => {
  /** The words of `sh` that run the program with standard output in a terminal of this width. */
  const screen = (columns: number) => [
    'sh',
    '-c',
    `stty cols ${columns}; exec "$0" "$@" >/dev/tty`,
    process.execPath,
    program,
  ]

  test.each([40, 80, 140])(
    'of %i columns help is as wide, and tokn alone is help',
    async (columns) => {
      for (const args of [[], ['login', '--help'], ['help', 'environment']]) {
        const { status, err } = await openTerminal(args, home, {}, screen(columns)).ended
        const said = args.length === 0 ? ['--help'] : args
        const { out } = await run(said, { home, env: { COLUMNS: String(columns) } })
        expect({ status, shown: err }).toEqual({ status: 0, shown: out })
        const widest = Math.max(...out.split('\n').map((line) => line.length))
        expect(widest).toBeLessThanOrEqual(columns)
        expect(widest).toBeGreaterThan(columns * 0.7)
      }
    },
  )

  test('the width of the terminal counts, and not COLUMNS; a group alone is a mistake there too', async () => {
    const { err } = await openTerminal(['help'], home, { COLUMNS: '60' }, screen(100)).ended
    expect(err).toBe((await run(['help'], { home, env: { COLUMNS: '100' } })).out)
    const alone = await openTerminal(['profile'], home, {}, screen(80)).ended
    expect(alone).toMatchObject({ status: 2 })
    expect(alone.err).toContain('tokn: hint: tokn profile --help')
  })
})

describe('what is typed wrongly', () => {
  test('A1: a command suggests the nearest one, and ends with 2', async () => {
    const typos = [...helps].flatMap(([path, help]) => {
      const names = childrenIn(help)
      // Two letters changed places, as fingers do it.
      const swapped = names.map((name) => [
        name,
        `${name.slice(0, -2)}${name.at(-1)}${name.at(-2)}`,
      ])
      return swapped
        .filter(([, typed]) => !names.includes(typed ?? ''))
        .map(([name, typed = '']) => ({ name, words: path === '' ? [typed] : [path, typed] }))
    })
    expect(typos.length).toBeGreaterThan(15)
    const answers = typos.map(async ({ name, words }) => {
      const { status, out, err } = await run(words, { home })
      expect({ words, status, out }).toEqual({ words, status: 2, out: '' })
      expect(err).toContain(`tokn: hint: did you mean "${name}"?`)
    })
    await Promise.all(answers)
  })

  test('A1: an unknown flag ends every command with 2, before it does anything', async () => {
    const all = leaves().map(async ([path]) => {
      // Behind the name of a tool it would be a word of that.
      const before = path.startsWith('credential ') ? ['--frobnicate'] : []
      const [group = '', ...below] = path.split(' ')
      const line = [group, ...before, ...below, 'x', 'y', '--frobnicate']
      const { status, out, err } = await run(line, { home })
      expect({ path, status, out }).toEqual({ path, status: 2, out: '' })
      expect(err).toMatch(/^tokn: error: unknown option '--frobnicate'\ntokn: hint: /)
    })
    await Promise.all(all)
  })
})

test('every hint names a command that exists', () => {
  const known = new Set(helps.keys())
  const texts = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(root, 'src', name), 'utf8'))
  const hints = texts.flatMap((text) => [
    ...text.matchAll(/(?:hint|fix): *\n? *(['"`])((?:(?!\1).)*)\1/g),
  ])
  const named = hints.flatMap(([, , hint = '']) => [
    ...hint.matchAll(/(?:^|: |&& |, or )tokn ((?:profile |provider )?[a-z]+)/g),
  ])
  const commands = named.map(([, command = '']) => command)
  expect(commands.length).toBeGreaterThan(20)
  // Sentences of which tokn is the subject, and not the command to type.
  const others = new Set(['help', 'asks', 'speaks', 'uses', 'only'])
  expect(commands.filter((name) => !others.has(name) && !known.has(name))).toEqual([])
})
