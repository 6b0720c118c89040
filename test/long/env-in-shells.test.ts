import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ShellName } from '../../src/commands/output/shell.ts'
import { shellUses } from '../../src/commands/output/shell-uses.ts'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { nushell } from '../support/probes.ts'
import { startCommand } from '../support/run.ts'

let home: Home

beforeAll(() => {
  home = makeHome()
  writeFileSync(join(home.work, 'print.cjs'), 'console.log(JSON.stringify(process.env.V ?? null))')
})
afterAll(() => home.remove())

const trap = 'trap'
/** No token has blanks or letters beyond ASCII: tokn takes none that has. */
const hostile = [
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_',
  `';>${trap};'"};>${trap};{"(>${trap})|save(${trap})#`,
  `$(>${trap})\`>${trap}\`";>${trap};"\\';>${trap};#'$\{x:-$(>${trap})}'\\''*?[~%PATH%!&^\\`,
]

/** How each of them is started, and runs Node in the end. */
const shells: ReadonlyArray<
  readonly [name: ShellName | 'dash', start: readonly string[], there: boolean]
> = [
  ['sh', ['sh', '-c'], true],
  ['dash', ['dash', '-c'], requirePart('dash')],
  ['bash', ['bash', '--norc', '-c'], requirePart('bash')],
  ['zsh', ['zsh', '-f', '-c'], requirePart('zsh')],
  ['fish', ['fish', '--no-config', '-c'], requirePart('fish')],
  ['nu', [nushell, '--no-config-file', '-c'], requirePart('nu')],
]

describe('what tokn env says to type sets the token, whatever is in it, and nothing else, in', () => {
  for (const [name, start, there] of shells) {
    test.skipIf(!there)(`${name}`, async () => {
      const shell = name === 'dash' ? 'sh' : name
      const read = shellUses[shell].read(`tokn env --shell ${shell} --var V`)
      const node = `${name === 'nu' ? '^' : ''}'${process.execPath}' print.cjs`
      for (const token of hostile) {
        const env = { TOKN_TOKEN: token, TOKN_STORE: undefined }
        const ended = await startCommand([...start, `${read}; ${node}`], { home, env }).ended
        expect(ended, ended.err).toMatchObject({ status: 0, out: `${JSON.stringify(token)}\n` })
      }
      expect(existsSync(join(home.work, trap))).toBe(false)
    })
  }
})
