import { execFile, execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { checkVariableName } from '../../../src/commands/output/formats.ts'
import { seldomFormats } from '../../../src/commands/output/seldom-formats.ts'
import { isToknError } from '../../../src/core/errors.ts'
import { display } from '../../../src/core/text.ts'
import { requirePart } from '../../support/parts.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokn-formats-'))
afterAll(() => rmSync(folder, { recursive: true }))

const handed = (token: string, variable: string) => ({
  token,
  variable,
  attached: { headers: [], query: [], cookies: [] },
  origins: [],
})
const inEnv = (token: string, variable: string) => seldomFormats.env.render(handed(token, variable))
const inDotenv = (token: string, variable: string) =>
  seldomFormats.dotenv.render(handed(token, variable))

/** Tokens as they come, and tokens made of what shells and readers of such files know. */
const tokens = [
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_',
  'glpat-1_2',
  'a+b/c==',
  'mine#not-a-comment',
  'two words',
  "it's",
  '"quoted"',
  '$HOME',
  '$(echo no)',
  '`echo no`',
  '!history',
  'a\\b',
  'a\\nb',
  '%PATH%',
  '~',
  '*',
  'token=value',
  "!#&()*+,-./:;<=>?@[]^_`{|}~'",
  'schlüssel',
  'export X=1',
]

/** What a program reads of the lines, one a token, as V0, V1, ... */
type Read = (lines: readonly string[]) => readonly string[]

const nameOf = (index: number) => `V${index}`

function printed(program: string, args: readonly string[], count: number): readonly string[] {
  const env = { PATH: process.env['PATH'], HOME: '/home/nobody' }
  const names = Array.from({ length: count }, (_, index) => nameOf(index))
  const out = execFileSync(program, [...args, ...names], { env, encoding: 'utf8', cwd: folder })
  return JSON.parse(out) as string[]
}

const print = 'console.log(JSON.stringify(process.argv.slice(1).map((name) => process.env[name])))'

/** `eval "$(...)"`, as the help shows it. */
const shell =
  (program: string): Read =>
  (lines) => {
    writeFileSync(join(folder, 'lines'), lines.join(''))
    const line = `eval "$(cat lines)"; exec "${process.execPath}" -e '${print}' -- "$@"`
    return printed(program, ['-c', line, 'sh'], lines.length)
  }

const inNode: Read = (lines) => {
  writeFileSync(join(folder, '.env'), lines.join(''))
  return printed(process.execPath, ['--env-file=.env', '-e', print, '--'], lines.length)
}

const inPython: Read = (lines) => {
  writeFileSync(join(folder, '.env'), lines.join(''))
  const read = 'import dotenv,json,sys; v=dotenv.dotenv_values(".env")'
  return printed(
    'python3',
    ['-c', `${read}; print(json.dumps([v[n] for n in sys.argv[1:]]))`],
    lines.length,
  )
}

/** Those of `all` that a dotenv file can hold. */
function dotenvLines(all: readonly string[]): { token: string; line: string }[] {
  return all.flatMap((token, index) => {
    try {
      return { token, line: inDotenv(token, nameOf(index)) }
    } catch (error) {
      if (isToknError(error, 'usage')) return []
      throw error
    }
  })
}

/** The tokens that a file can hold, and what is read of it. */
function readBack(read: Read, all: readonly string[]) {
  const kept = dotenvLines(all).map(({ token }) => token)
  return { kept, found: read(dotenvLines(kept).map(({ line }) => line)) }
}

const anyTokens = fc.array(
  fc.string({ unit: fc.constantFrom(...`aZ0'"\\$\`{}()#= -!~n`), minLength: 1, maxLength: 12 }),
  { minLength: 300, maxLength: 300 },
)

describe('-o env', () => {
  it('is a line that a shell takes', () => {
    expect(inEnv('ab.c', 'TOKN_ACCESS_TOKEN')).toBe("export TOKN_ACCESS_TOKEN='ab.c'\n")
    expect(inEnv("it's", 'X')).toBe("export X='it'\\''s'\n")
  })

  for (const program of ['sh', 'bash', 'dash']) {
    const there = program === 'sh' || requirePart(program)
    it.skipIf(!there)(`is read by ${program} as it was meant`, () => {
      const lines = tokens.map((token, index) => inEnv(token, nameOf(index)))
      expect(shell(program)(lines)).toEqual(tokens)
      const [some = []] = fc.sample(anyTokens, 1)
      const others = some.map((token, index) => inEnv(token, nameOf(index)))
      expect(shell(program)(others)).toEqual(some)
    })
  }
})

describe('-o dotenv', () => {
  it.each([
    ['eyJ.a-_+/=', '"eyJ.a-_+/="'],
    ["it's", '"it\'s"'],
    ['$HOME', "'$HOME'"],
    ['`date`', "'`date`'"],
    ['"quoted"', `'"quoted"'`],
    ['a\\nb', "'a\\nb'"],
  ])('%s is %s', (token, value) => {
    expect(inDotenv(token, 'NAME')).toBe(`NAME=${value}\n`)
  })

  it.each(['"it\'s"', '${HOME}', 'a\\\\b', 'a\\', 'two\nlines'])(
    'is refused for %j, which no quotes make the same for all',
    (token) => {
      expect(() => inDotenv(token, 'NAME')).toThrow(/read differently/)
    },
  )

  const readers: readonly (readonly [string, Read, boolean])[] = [
    ['node --env-file', inNode, true],
    ['python-dotenv', inPython, requirePart('python-dotenv')],
    ['a shell', (lines) => shell('sh')(lines.map((line) => `export ${line}`)), true],
  ]
  for (const [name, read, there] of readers) {
    it.skipIf(!there)(`is read by ${name} as it was meant`, () => {
      for (const all of [tokens, fc.sample(anyTokens, 1)[0] ?? []]) {
        const { kept, found } = readBack(read, all)
        expect(found).toEqual(kept)
        expect(kept.length).toBeGreaterThan(all.length / 2)
      }
    })
  }
})

describe('the name of a variable', () => {
  it.each(['TOKN_ACCESS_TOKEN', '_x', 'a1'])('%s', (name) => {
    expect(checkVariableName(name, '--var')).toBe(name)
  })

  it.each(['', '1a', 'a-b', 'a b', 'a=b', 'ä', "a';b", 'a\nb', '$(x)'])('is not %j', (name) => {
    expect(() => checkVariableName(name, '--var')).toThrow(
      `--var "${display(name)}" is not a name for a variable`,
    )
  })
})

describe('-o netrc', () => {
  const inNetrc = (token: string) =>
    seldomFormats.netrc.render({
      ...handed(token, 'V'),
      attached: { headers: [['Authorization', `Bearer ${token}`]], query: [], cookies: [] },
      origins: ['http://127.0.0.1:1'],
    })
  const carried = [...tokens, `!#$%&()*+,-./:;<=>?@[]^_\`{|}~`, 'x'.repeat(3_900)].filter(
    (token) => {
      try {
        return inNetrc(token) !== ''
      } catch {
        return false
      }
    },
  )
  const file = () => join(folder, 'netrc')

  it.skipIf(!requirePart('python3'))('is read by Python as it was meant', () => {
    const files = carried.map((token, at) => {
      writeFileSync(`${file()}${at}`, inNetrc(token), { mode: 0o600 })
      return `${file()}${at}`
    })
    const read = '[netrc.netrc(f).authenticators("127.0.0.1")[2] for f in sys.argv[1:]]'
    const script = `import json,netrc,sys; print(json.dumps(${read}))`
    const out = execFileSync('python3', ['-c', script, ...files], { encoding: 'utf8', cwd: folder })
    expect(JSON.parse(out)).toEqual(carried)
    expect(carried.length).toBeGreaterThan(8)
  })

  it.skipIf(!requirePart('curl'))('is sent by curl as it was meant', async () => {
    const server = createServer((request, reply) => {
      const [, code = ''] = (request.headers.authorization ?? '').split(' ')
      reply.end(Buffer.from(code, 'base64').toString())
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    const curl = promisify(execFile)
    for (const token of carried) {
      writeFileSync(file(), inNetrc(token), { mode: 0o600 })
      const line = ['-q', '-sS', '--noproxy', '*', '--netrc-file', file()]
      const { stdout } = await curl('curl', [...line, `http://127.0.0.1:${port}/`])
      expect(stdout).toBe(`oauth2:${token}`)
    }
    server.close()
  })
})
