import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  lineToSet,
  shellNames,
  shells,
  type ShellName,
} from '../../../src/commands/output/shell.ts'
import { shellUses } from '../../../src/commands/output/shell-uses.ts'

// That each shell reads these as they are meant is shown by shell.long.test.ts.
const told = (shell: ShellName, value: string) => lineToSet({ shell, told: true }, 'V', value)

describe('the line that sets a variable', () => {
  it.each<readonly [ShellName, string, string]>([
    ['sh', 'a.b-c', "export V='a.b-c'\n"],
    ['bash', "it's", "export V='it'\\''s'\n"],
    ['zsh', '$(x)`y`\\', "export V='$(x)`y`\\'\n"],
    ['fish', "it's \\ $x", "set -gx V 'it\\'s \\\\ $x'\n"],
    ['pwsh', "it's $x `n", "$env:V = 'it''s $x `n'\n"],
    ['cmd', "it's a+b/c==", 'set "V=it\'s a+b/c=="\n'],
    ['nu', '"\\$x', '{"V":"\\"\\\\$x"}\n'],
  ])('of %s: %s', (shell, value, line) => {
    expect(told(shell, value)).toBe(line)
  })

  // U+2018 is a single quote to PowerShell; the bytes of U+00D2 are, in the code page of Windows.
  it.each<readonly [ShellName, string]>([
    ...['"', '%', '!', '^', '&', '|', '<', '>', '\u00fc'].map((sign) => ['cmd', sign] as const),
    ...['\u2018', '\u2019', '\u201a', '\u201b', '\u00d2'].map((sign) => ['pwsh', sign] as const),
    ...shellNames.flatMap((shell) =>
      ['\n', '\r', '\0', '\u001b', '\u0085'].map((sign) => [shell, sign] as const),
    ),
  ])('of %s is refused for %j', (shell, sign) => {
    expect(() => told(shell, `a${sign}b`)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `the token has signs that ${shell} could take for more than text`,
        hint: 'tokn exec hands it to a program without a shell',
      }),
    )
  })

  it.each(shellNames)('of %s is no guess where another shell could read it otherwise', (shell) => {
    const guess = (value: string) => lineToSet({ shell, told: false }, 'V', value)
    const plain = 'eyJ.a-b_c~d+e/f=:,@'
    expect(guess(plain)).toBe(told(shell, plain))
    for (const sign of `'"\\$\`%!^&|<>(){}[];*?# \u2018\u00fc`) {
      expect(() => guess(`a${sign}`)).toThrow(
        expect.objectContaining({
          code: 'usage',
          message: 'the token has signs that one shell reads differently from another',
          hint: `say which shell is to read it: --shell ${shell}`,
        }),
      )
    }
  })
})

describe('the line that removes a variable', () => {
  it.each<readonly [ShellName, string]>([
    ['sh', 'unset V\n'],
    ['bash', 'unset V\n'],
    ['zsh', 'unset V\n'],
    ['fish', 'set -e V\n'],
    ['pwsh', 'Remove-Item Env:V -ErrorAction SilentlyContinue\n'],
    ['cmd', 'set "V="\n'],
    ['nu', 'hide-env --ignore-errors V\n'],
  ])('of %s', (shell, line) => {
    expect(shellUses[shell].unset('V')).toBe(line)
  })
})

// Neither of them is on machines that run these tests: their rules stand in for them.
describe('by the rules of the shell, whatever the token is, what is set is the token:', () => {
  /** `about_Quoting_Rules`: between single quotes, a double one is one; five letters are quotes. */
  const readByPowerShell = (line: string) => {
    const [, value] =
      /^\$env:V = ['\u2018-\u201b]((?:[^'\u2018-\u201b]|''){1,})['\u2018-\u201b]\n$/u.exec(line) ??
      []
    return value?.replaceAll("''", "'")
  }
  /** `set /?`, `cmd /?`: `%` and `!` are looked at first, then what is not between double quotes. */
  const readByCmd = (line: string) => /^set "V=([^"%!^&|<>]+)"\n$/.exec(line)?.[1]

  it.each([
    ['pwsh', readByPowerShell],
    ['cmd', readByCmd],
  ] as const)('%s', (shell, read) => {
    const signs = `aZ0'"\\$\`{}()#= -!~n;|&<>%^*?[]\u2018\u2019\u201a\u201b\u201c\u00fc\u00d2`
    const unit = fc.constantFrom(...signs)
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1, maxLength: 30 }), (token) => {
        const line = shells[shell].set('V', token)
        if (line === undefined) expect(token).toMatch(/["%!^&|<>]|[^ -~]/)
        else expect(read(line)).toBe(token)
      }),
    )
  })
})
