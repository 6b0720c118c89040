import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { storeCatalog } from '../../src/stores/catalog.ts'
import { root } from '../support/home.ts'

interface Source {
  /** Path below the root. */
  readonly path: string
  readonly text: string
  /** What it imports: paths below the root, or names of packages. */
  readonly imports: readonly string[]
}

/** What each folder may import of ours besides itself, and which packages it alone may import. */
const table: Readonly<Record<string, { ours: readonly string[]; packages: readonly string[] }>> = {
  messages: { ours: [], packages: [] },
  core: { ours: ['messages'], packages: [] },
  providers: { ours: ['core', 'messages'], packages: ['zod', 'openid-client', 'luxon'] },
  stores: { ours: ['core', 'messages'], packages: ['keytar', 'ioredis', 'pg'] },
  io: {
    ours: ['core', 'messages'],
    packages: ['undici', 'conf', 'chalk', '@clack/prompts', 'open', 'qrcode'],
  },
  session: { ours: ['core', 'messages'], packages: [] },
  refresher: { ours: ['core', 'messages', 'session'], packages: [] },
  agent: { ours: ['core', 'messages', 'session'], packages: [] },
  commands: { ours: ['core', 'messages', 'session'], packages: ['commander', 'string-width'] },
  sandbox: { ours: ['core'], packages: [] },
}

/** Where everything meets: these may import anything of ours. */
const everything = new Set(['app', ''])

/** What lies in `src` itself. */
const loose = ['entry.ts', 'fast-path.ts', 'main.ts', 'program.ts']

/**
 * The folders within folders, and which of the others each may import: layers, with no way
 * back but to `loose`, which is what lies beside them.
 */
const layers: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  providers: {
    loose: ['builtin', 'interpreter', 'oauth', 'schema'],
    builtin: ['schema'],
    templates: [],
    schema: ['templates'],
    replies: ['schema', 'templates'],
    interpreter: ['loose', 'replies', 'schema', 'templates'],
    oauth: ['loose', 'replies', 'schema'],
  },
  // The steps of a session are opened by what lies beside them, and stand on it in turn.
  session: {
    loose: ['login', 'issue', 'revoke', 'unfinished', 'refresh', 'rejection', 'fleet', 'move'],
    login: ['loose', 'unfinished', 'fleet'],
    issue: ['loose', 'unfinished', 'fleet'],
    revoke: ['loose', 'fleet'],
    unfinished: ['loose', 'move'],
    'provider-test': [],
    refresh: ['loose', 'fleet'],
    rejection: ['loose', 'refresh', 'fleet'],
    fleet: ['loose', 'rejection'],
    move: ['loose', 'unfinished'],
  },
  io: {
    files: [],
    terminal: ['files'],
    process: ['files', 'terminal'],
    http: ['files', 'process'],
    profiles: ['files', 'http'],
    agent: ['files', 'process'],
  },
  commands: {
    loose: [
      'agent',
      'ci',
      'credential',
      'completion',
      'curl',
      'demo',
      'flags',
      'help',
      'login',
      'output',
      'profile',
      'provider',
      'setup',
      'store',
      'status',
    ],
    setup: ['loose', 'flags', 'output'],
    store: ['loose', 'flags', 'output'],
    agent: ['loose', 'flags', 'output'],
    ci: ['loose', 'flags', 'output'],
    credential: ['loose', 'flags'],
    completion: ['loose', 'flags', 'output'],
    curl: ['output'],
    demo: ['loose'],
    flags: ['loose'],
    help: ['loose', 'credential', 'flags', 'output'],
    output: ['loose'],
    login: ['loose', 'flags', 'output'],
    profile: ['loose', 'flags', 'output'],
    status: ['loose', 'output'],
    provider: ['loose', 'flags', 'login', 'output'],
  },
}

/** What a folder shows: nothing else of it is imported from outside. */
const shown: Readonly<Record<string, readonly string[]>> = {
  'src/session/refresh/': ['in-turn.ts', 'narrow.ts', 'protocol.ts', 'renewable.ts', 'waiting.ts'],
}

const sources = readSources('src')
const tests = readSources('test')

function readSources(folder: string): readonly Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = join(folder, name)
      const text = readFileSync(join(root, path), 'utf8')
      return { path, text, imports: importsOf(path, text) }
    })
}

function importsOf(path: string, text: string): readonly string[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|\bimport\s*\(\s*'([^']+)'|(?:^|\n)import '([^']+)'|\b(?:require|load)(?:\.resolve)?\(\s*'([^']+)'/g,
  )
  return [...found].map((match) => {
    const name = match.slice(1).find((group) => group !== undefined) ?? ''
    return name.startsWith('.') ? relative(root, resolve(root, dirname(path), name)) : name
  })
}

/** `providers` of `src/providers/oauth/code.ts`; empty for what lies in `src` itself. */
function folderOf(path: string): string {
  const parts = path.split('/')
  return parts[0] === 'src' && parts.length > 2 ? (parts[1] ?? '') : ''
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}

describe('the import table', () => {
  test('knows every folder', () => {
    const folders = [...new Set(sources.map(({ path }) => folderOf(path)))].filter(
      (name) => name !== '' && name !== 'app',
    )
    expect(folders.toSorted()).toEqual(Object.keys(table).toSorted())
    const above = sources.filter(({ path }) => folderOf(path) === '').map(({ path }) => path)
    expect(above.toSorted()).toEqual(loose.map((name) => `src/${name}`))
  })

  test('of our own folders is kept', () => {
    const wrong = sources.flatMap(({ path, imports }) => {
      const folder = folderOf(path)
      const allowed = table[folder]
      return imports
        .filter((name) => name.startsWith('src/') && allowed !== undefined)
        .filter((name) => ![folder, ...(allowed?.ours ?? [])].includes(folderOf(name)))
        .map((name) => `${path} imports ${name}`)
    })
    expect(wrong).toEqual([])
    expect(
      sources.flatMap(({ imports }) => imports).filter((name) => name.startsWith('src/')).length,
    ).toBeGreaterThan(200)
  })

  test.each(Object.entries(layers))('of the layers of %s is kept', (folder, table) => {
    const layerOf = (path: string) => {
      const [, room, within] = /^src\/([\w-]+)\/(?:([\w-]+)\/)?/.exec(path) ?? []
      return room === folder ? (within ?? 'loose') : undefined
    }
    const found = new Set(sources.flatMap(({ path }) => layerOf(path) ?? []))
    expect([...found].toSorted()).toEqual(Object.keys(table).toSorted())
    const edges = sources.flatMap(({ path, imports }) =>
      imports.flatMap((name) => {
        const [from, to] = [layerOf(path), layerOf(name)]
        return from === undefined || to === undefined || from === to ? [] : { path, name, from, to }
      }),
    )
    const wrong = edges.filter(({ from, to }) => !(table[from] ?? []).includes(to))
    expect(wrong.map(({ path, name }) => `${path} imports ${name}`)).toEqual([])
    const unused = Object.entries(table).flatMap(([from, allowed]) =>
      allowed
        .filter((to) => !edges.some((edge) => edge.from === from && edge.to === to))
        .map((to) => `${from} no longer imports ${to}`),
    )
    expect(unused).toEqual([])
  })

  test.each(Object.entries(shown))('of what %s shows is kept', (room, files) => {
    const used = sources
      .filter(({ path }) => !path.startsWith(room))
      .flatMap(({ imports }) => imports.filter((name) => name.startsWith(room)))
    expect([...new Set(used)].toSorted()).toEqual(files.map((name) => room + name))
  })

  test('is what CONTRIBUTING says', () => {
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
    const rows = [...text.matchAll(/^\| `src\/([a-z]+)` \|.*\| ([^|]+) \|$/gm)]
    const told = rows.map(([, room = '', may = '']) => [
      room,
      may === 'nothing' ? [] : may.split(', '),
    ])
    const kept = Object.entries(table).map(([room, { ours }]) => [room, ours])
    const all = [...everything].filter((room) => room !== '').map((room) => [room, ['everything']])
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries([...kept, ...all]))
    expect(told.length).toBe(kept.length + all.length)
  })

  test('nothing of ours is imported from outside src, but the version', () => {
    const foreign = sources.flatMap(({ imports }) =>
      imports.filter((name) => /^(test|bin|dist|\.\.)/.test(name)),
    )
    expect(foreign).toEqual([])
  })

  test('of packages is kept: each in its own folder alone', () => {
    const wrong = sources.flatMap(({ path, imports }) => {
      const folder = folderOf(path)
      const allowed = everything.has(folder) ? ['commander'] : (table[folder]?.packages ?? [])
      return imports
        .filter((name) => !name.startsWith('src/') && name !== 'package.json' && !isBuiltin(name))
        .filter((name) => !allowed.includes(packageOf(name)))
        .map((name) => `${path} imports ${name}`)
    })
    expect(wrong).toEqual([])
    const used = new Set(sources.flatMap(({ imports }) => imports.map(packageOf)))
    const unseen = Object.values(table)
      .flatMap(({ packages }) => packages)
      .filter((name) => !used.has(name))
    expect(unseen).toEqual([])
  })

  test('of the sandbox: it shares no code with the definitions', () => {
    const shared = sources
      .filter(({ path }) => folderOf(path) === 'sandbox')
      .flatMap(({ imports }) => imports.filter((name) => name.startsWith('src/providers')))
    expect(shared).toEqual([])
  })
})

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? 0
}

describe('files', () => {
  const sizes = sources.map(({ path, text }) => ({
    path,
    lines: text.split('\n').length - 1,
    written: text.split('\n').filter((line) => line.trim() !== '').length,
  }))
  test('are small: none over 300 lines, the median at most 80 that are not blank', () => {
    expect(sizes.filter(({ lines }) => lines > 300)).toEqual([])
    const folders = Object.keys(table).map((folder) => {
      const own = sizes.filter(({ path }) => folderOf(path) === folder)
      return `${folder} ${median(own.map(({ written }) => written))}`
    })
    expect(median(sizes.map(({ written }) => written)), folders.join(', ')).toBeLessThanOrEqual(80)
  })

  test('are no barrels', () => {
    const barrels = sources.filter(
      ({ path, text }) =>
        path.endsWith('/index.ts') ||
        text.split('\n').every((line) => /^(export .* from '.*'|\/\/.*|\s*)$/.test(line)),
    )
    expect(barrels.map(({ path }) => path)).toEqual([])
  })

  test('at the top of the repository are the agreed ones', () => {
    const agreed = `package.json package-lock.json tsconfig.json bin src test README.md LICENSE
      CHANGELOG.md CONTRIBUTING.md SECURITY.md docs dist node_modules coverage`
    const extra = readdirSync(root).filter(
      (name) => !name.startsWith('.') && !agreed.split(/\s+/).includes(name),
    )
    expect(extra).toEqual([])
  })
})

describe('the texts', () => {
  const files = sources.flatMap(({ path, text }) => {
    const [, language, file] = /^src\/messages\/([a-z]+)\/([a-z-]+)\.ts$/.exec(path) ?? []
    return language === undefined || file === undefined ? [] : [{ language, file, path, text }]
  })
  const english = files.filter(({ language }) => language === 'en').map(({ file }) => file)

  test('of each language are in the same files, in which the compiler compares them', () => {
    expect(english.length).toBeGreaterThan(20)
    const languages = new Set(files.map(({ language }) => language))
    const wrong = [...languages].flatMap((language) => {
      const own = files.filter((one) => one.language === language)
      const lacking = english.filter((file) => !own.some((one) => one.file === file))
      const unchecked = own.filter(({ file, text }) => language !== 'en' && !isCompared(file, text))
      return [...lacking.map((file) => `${language}/${file}`), ...unchecked.map(({ path }) => path)]
    })
    expect(wrong).toEqual([])
  })

  test('count as compared only with the English file of the same name', () => {
    const compared = (english: string, own: string) =>
      `import type * as english from '${english}'\nimport type * as own from '${own}'\n` +
      'export type Complete = Translation<typeof english, typeof own>\n'
    expect(isCompared('times', compared('../en/times.ts', './times.ts'))).toBe(true)
    expect(isCompared('times', compared('../en/core.ts', './times.ts'))).toBe(false)
    expect(isCompared('times', "export const clockWasSet = () => ''\n")).toBe(false)
  })

  function isCompared(file: string, text: string): boolean {
    return [
      `import type * as english from '../en/${file}.ts'`,
      `import type * as own from './${file}.ts'`,
      'export type Complete = Translation<typeof english, typeof own>',
    ].every((line) => text.split('\n').includes(line))
  }
})

describe('the code', () => {
  test('branches on no built-in provider’s name', () => {
    const own = /^src\/(sandbox\/|providers\/builtin\/|commands\/(sandbox|demo|demo\/steps)\.ts$)/
    const naming = sources
      .filter(({ path }) => !own.test(path))
      .filter(({ text }) => /(['"`])(oz|mcs|rightech|hosterby)\1/.test(text))
    expect(naming.map(({ path }) => path)).toEqual([])
  })

  test('branches on no store’s name: whoever wants to know something asks for its traits', () => {
    // Its own room and texts, what a user types in the demonstration, a word of another meaning.
    const own =
      /^src\/(stores\/|messages\/en\/(stores|postgres|redis|etcd)\.ts$|commands\/demo\.ts$|core\/giving\.ts$)/
    // The value of a flag may be called so: --ca <file>; and a flag is: --file, beside --env.
    const kinds = storeCatalog.kinds.join('|')
    const name = new RegExp(`(?<!\\bvalue: |'env',\\s+)(['"\`])(${kinds})(?:\\1|:)`)
    const naming = sources
      .filter(({ path }) => !own.test(path))
      .filter(({ text }) => name.test(withoutComments(text)))
    expect(naming.map(({ path }) => path)).toEqual([])
    // Of the stores themselves, each knows its own name alone.
    const among = sources
      .filter(({ path }) => path.startsWith('src/stores/') && path !== 'src/stores/catalog.ts')
      .flatMap(({ path, text }) => {
        const [, folder = ''] = /^src\/stores\/([a-z]+)/.exec(path) ?? []
        const found = withoutComments(text).matchAll(new RegExp(name, 'g'))
        return [...found].filter(([, , kind]) => kind !== folder).map(([word]) => `${path} ${word}`)
      })
    expect(among).toEqual([])
  })

  test('prints in one place alone, and ends the process in one, or before it is loaded', () => {
    // A program that is handed to another process is its own, and so are the questions in a terminal
    // and what Node itself prints.
    const own =
      /^src\/(commands\/demo\/steps|stores\/keychain\/child|io\/terminal\/(prompts|debug-lines))\.ts$/
    const having = (pattern: RegExp) =>
      sources
        .filter(({ path, text }) => !own.test(path) && pattern.test(withoutComments(text)))
        .map(({ path }) => path)
    expect(having(/\bconsole\.|process\.(stdout|stderr)\b/)).toEqual([])
    const ending = having(/\bprocess\.(exit|abort|reallyExit)\(/)
    expect(ending.toSorted()).toEqual(['src/app/completion.ts', 'src/entry.ts', 'src/main.ts'])
  })

  test('prints exact bytes only where they are data: all else goes where it is made harmless', () => {
    const data =
      /^src\/(program|commands\/(ci\/start|completion|output\/(json|plain-rows|shell-uses)|env|help\/print-help|issue|list|provider\/(own|show)|refresher|sandbox|status|store\/(reader-key|rekey)|token))\.ts$/
    const exact = sources.filter(({ text }) => /\bterminal\.out\(/.test(text))
    expect(exact.map(({ path }) => path).filter((path) => !data.test(path))).toEqual([])
    const raw = sources.filter(({ text }) => /\bwriteAll\([12],/.test(text))
    expect(raw.map(({ path }) => path).toSorted()).toEqual([
      // What a shell takes.
      'src/app/completion.ts',
      'src/app/context.ts',
      // What an agent that was started tells the one who started it.
      'src/app/run-agent.ts',
      // That of the session of a job goes to a pipe, and so does the outcome of a refresh.
      'src/app/serve-job.ts',
      'src/app/serve-refresher.ts',
      // A token that an agent has answered.
      'src/entry.ts',
      // What a program of the user's has printed.
      'src/io/process/checked-child.ts',
      // Commands to the runner of a CI job, which reads and hides what is in them.
      'src/io/terminal/log-masks.ts',
      'src/io/terminal/output.ts',
      // A prompt, with the codes by which a terminal asks for what is pasted.
      'src/io/terminal/paste-prompt.ts',
    ])
  })

  test('starts no program with all of its own environment', () => {
    const starting = sources.filter(({ text }) => /\bspawn(Sync)?\(/.test(withoutComments(text)))
    expect(starting.length).toBeGreaterThan(4)
    const whole = starting.filter(
      ({ text }) =>
        !/\benv(: (environmentOf|\{ \.\.\.environmentOf)|\b.*= environmentOf| = Object)/.test(text),
    )
    expect(whole.map(({ path }) => path)).toEqual([])
  })

  test('makes no request but through the one function', () => {
    const fetching = sources.filter(({ text }) => /(?<![\w.])fetch\(|node:https?'/.test(text))
    const allowed =
      /^src\/(agent\/(lazy-)?server|app\/(agent|child-world)\.ts|sandbox\/|io\/terminal\/callback|commands\/demo\/steps)/
    expect(fetching.map(({ path }) => path).filter((path) => !allowed.test(path))).toEqual([])
  })

  test('E4: never asks the keychain for everything it has: that crashes on a locked one', () => {
    const asking = sources.filter(({ text }) => /\.findCredentials\(|\.findPassword\(/.test(text))
    expect(asking.map(({ path }) => path)).toEqual([])
  })

  test('is tested without mocks of our own modules', () => {
    const mock = ['vi', 'mock('].join('.')
    expect(tests.filter(({ text }) => text.includes(mock)).map(({ path }) => path)).toEqual([])
  })
})
