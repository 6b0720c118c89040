import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { lineToSet, shells, type ShellName } from '../../../src/commands/output/shell.ts'
import { shellUses } from '../../../src/commands/output/shell-uses.ts'
import { requirePart } from '../../support/parts.ts'
import { nushell } from '../../support/probes.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokn-shells-'))
afterAll(() => rmSync(folder, { recursive: true }))

const trap = join(folder, 'trap')

/** Tokens made of all that shells know, each of which would leave a file if it got out. */
const hostile = [
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_',
  `'; touch ${trap}; '`,
  `\\'; touch ${trap}; #`,
  `"; touch ${trap}; "`,
  `$(touch ${trap})`,
  `\`touch ${trap}\``,
  `(touch ${trap})`,
  `'(touch ${trap})'`,
  `\${x:-$(touch ${trap})}`,
  `' | save ${trap} #`,
  `"}; touch ${trap}; {"`,
  `' & touch ${trap} & '`,
  `!!; touch ${trap}`,
  `\\`,
  `'`,
  `''`,
  `\\'`,
  `'\\''`,
  `"`,
  `%PATH%`,
  `^`,
  ` leading and trailing `,
  `-n`,
  `=`,
  `~`,
  `*`,
  `#`,
  `\u2018'; touch ${trap}; \u2019`,
  'schl\u00fcssel',
]

const anyTokens = fc.array(
  fc.string({ unit: fc.constantFrom(...`aZ0'"\\$\`{}()#= -!~n;|&<>%^*?[]`), minLength: 1 }),
  { minLength: 150, maxLength: 150 },
)

const nameOf = (index: number) => `V${index}`
const print = `console.log(JSON.stringify(process.argv.slice(1).map((name) => process.env[name])))`

interface Reader {
  readonly shell: ShellName
  readonly args: readonly string[]
  /** A script that reads the lines in the file \`lines\`, and starts Node. */
  readonly script: (node: string) => string
  readonly there: boolean
}

const readers: Readonly<Record<string, Reader>> = {
  sh: { shell: 'sh', args: ['-c'], script: (node) => `eval "$(cat lines)"; ${node}`, there: true },
  bash: {
    shell: 'bash',
    args: ['-c'],
    script: (node) => `eval "$(cat lines)"; ${node}`,
    there: requirePart('bash'),
  },
  dash: {
    shell: 'sh',
    args: ['-c'],
    script: (node) => `eval "$(cat lines)"; ${node}`,
    there: requirePart('dash'),
  },
  zsh: {
    shell: 'zsh',
    args: ['-f', '-c'],
    // With what a user may have set to read quotes otherwise.
    script: (node) => `setopt rcquotes banghist; eval "$(cat lines)"; ${node}`,
    there: requirePart('zsh'),
  },
  fish: {
    shell: 'fish',
    args: ['--no-config', '-c'],
    script: (node) => `cat lines | source; ${node}`,
    there: requirePart('fish'),
  },
  pwsh: {
    shell: 'pwsh',
    args: ['-NoProfile', '-Command'],
    script: (node) => `Get-Content lines | Invoke-Expression; & ${node}`,
    there: requirePart('pwsh'),
  },
  nu: {
    shell: 'nu',
    args: ['--no-config-file', '-c'],
    script: (node) =>
      `open lines | lines | each { from json } | reduce {|a, b| $b | merge $a } | load-env; ^${node}`,
    there: requirePart('nu'),
  },
}

/** In no package of Debian or npm: where it is not installed there is no test of it, which is told at the end. */
const unpackaged: ReadonlySet<string> = new Set(['pwsh'])

/** What is started for a shell: most are where programs are looked for. */
const programOf = (name: string) => (name === 'nu' ? nushell : name)

const tried = Object.entries(readers).filter(([name, { there }]) => there || !unpackaged.has(name))

/** What a shell has in its variables once it has read a line for each of \`tokens\`. */
function readBack(program: string, { shell, args, script }: Reader, tokens: readonly string[]) {
  const lines = tokens.map((token, index) => lineToSet({ shell, told: true }, nameOf(index), token))
  writeFileSync(join(folder, 'lines'), lines.join(''))
  writeFileSync(join(folder, 'print.cjs'), print.replace('slice(1)', 'slice(2)'))
  const node = [`'${process.execPath}'`, 'print.cjs', ...tokens.map((_, at) => nameOf(at))]
  const env = { PATH: process.env['PATH'], HOME: folder }
  const line = [...args, script(node.join(' '))]
  const out = execFileSync(programOf(program), line, { env, encoding: 'utf8', cwd: folder })
  return JSON.parse(out) as string[]
}

describe('a token of any kind is text and no more to', () => {
  for (const [program, reader] of tried) {
    it.skipIf(!reader.there)(`${program}`, () => {
      const quotable = (token: string) => shells[reader.shell].set('V', token) !== undefined
      for (const all of [hostile, fc.sample(anyTokens, 1)[0] ?? []]) {
        const tokens = all.filter(quotable)
        expect(tokens.length).toBeGreaterThan(all.length / 2)
        expect(readBack(program, reader, tokens)).toEqual(tokens)
      }
      expect(existsSync(trap)).toBe(false)
    })
  }
})

describe('a variable is removed, whether or not it is there, by', () => {
  for (const [program, { shell, args, there }] of tried) {
    it.skipIf(!there)(`${program}`, () => {
      const line = shellUses[shell].unset('V').trim()
      const node = `'${process.execPath}' print.cjs V`
      writeFileSync(join(folder, 'print.cjs'), print.replace('slice(1)', 'slice(2)'))
      const run = shell === 'nu' ? `^${node}` : shell === 'pwsh' ? `& ${node}` : node
      for (const env of [{ V: 'set' }, {}]) {
        const given = { env: { PATH: process.env['PATH'], HOME: folder, ...env }, cwd: folder }
        const out = execFileSync(programOf(program), [...args, `${line}; ${run}`], {
          ...given,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        expect(out).toBe('[null]\n')
      }
    })
  }
})
