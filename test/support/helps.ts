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

/** Names of the commands below the one of this help. */
export function childrenIn(help: string): readonly string[] {
  const [, listed = ''] = /^Commands:\n((?: .*\n?)*)/m.exec(help) ?? []
  const names = [...listed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name)
  return names.filter((name) => name !== 'help')
}

/** The commands that do something by themselves. */
export function leavesOf(helps: Helps): readonly (readonly [path: string, help: string])[] {
  return [...helps].filter(([, help]) => childrenIn(help).length === 0)
}

/** The flags that a help declares, each by its long name. */
export function declaredIn(help: string): readonly string[] {
  return [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag = '']) => flag)
}
