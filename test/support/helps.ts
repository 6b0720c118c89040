import { groups } from '../../src/messages/en/help.ts'
import { run } from './run.ts'
import type { Home } from './home.ts'

/** Texts of `--help` by the words that lead there (`profile list`), the program's own under ''. */
export type Helps = ReadonlyMap<string, string>

/** Every command with its help, found by reading the helps themselves. Throws where one has none. */
export async function collectHelps(home: Home): Promise<Helps> {
  const helps = new Map<string, string>()
  await collect([])
  return helps

  async function collect(path: readonly string[]): Promise<void> {
    const { status, out, err } = await run([...path, '--help'], { home })
    if (status !== 0 || err !== '') throw new Error(`tokn ${path.join(' ')} --help: ${err}`)
    helps.set(path.join(' '), out)
    await Promise.all(childrenIn(out).map((name) => collect([...path, name])))
  }
}

/** The sections of a help by their headings, each with its lines. */
export function sectionsOf(help: string): ReadonlyMap<string, string> {
  const found = help.matchAll(/^(\S.*:)\n((?: .*(?:\n|$))*)/gm)
  return new Map([...found].map(([, heading = '', lines = '']) => [heading, lines]))
}

/** Names of the commands below the one of this help. */
export function childrenIn(help: string): readonly string[] {
  const sections = sectionsOf(help)
  const listed = Object.values(groups).map((heading) => sections.get(heading) ?? '')
  const names = [...listed.join('').matchAll(/^ {2}([a-z][a-z-]*)/gm)]
  return names.map(([, name = '']) => name).filter((name) => name !== 'help')
}

/** The command lines that a help shows, each as one line. */
export function examplesIn(help: string): readonly string[] {
  const shown = (sectionsOf(help).get('Examples:') ?? '').replaceAll(/ \\\n +/g, ' ')
  return [...shown.matchAll(/^ {2}\$ (.*)/gm)].map(([, line = '']) => line)
}

/** The commands that do something by themselves. */
export function leavesOf(helps: Helps): readonly (readonly [path: string, help: string])[] {
  return [...helps].filter(([, help]) => childrenIn(help).length === 0)
}

/** The flags that a help declares, each by its long name. */
export function declaredIn(help: string): readonly string[] {
  return [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag = '']) => flag)
}
