import { describe, expect, test } from 'vitest'
import { quoteWithin, readShellLine } from '../../../../src/commands/completion/shell-line.ts'

describe('a line that is being typed', () => {
  // The words, and what quote is open at the end; a word behind `>` names a file.
  test.each([
    ['', ['']],
    ['tokn', ['tokn']],
    ['tokn ', ['tokn', '']],
    ['tokn  a\tb', ['tokn', 'a', 'b']],
    ['tokn a\\ b', ['tokn', 'a b']],
    ['tokn "a b', ['tokn', 'a b'], '"'],
    ["tokn 'a b", ['tokn', 'a b'], "'"],
    [`tokn "a"'b'c`, ['tokn', 'abc']],
    ['tokn "a\\"\\$\\x', ['tokn', 'a"$\\x'], '"'],
    ["tokn 'a\\", ['tokn', 'a\\'], "'"],
    ["tokn $'a\\'b", ['tokn', "a\\'b"], "$'"],
    ['tokn a\\', ['tokn', 'a']],
    ['tokn a\\\nb', ['tokn', 'ab']],
    ['tokn "" x', ['tokn', '', 'x']],
    ['tokn $HOME ~/x', ['tokn', '$HOME', '~/x']],
    ['tokn --store=fi', ['tokn', '--store=fi']],
    ['true && tokn a', ['tokn', 'a']],
    ['true | tokn a', ['tokn', 'a']],
    ['x $(tokn a', ['tokn', 'a']],
    ['tokn a;b "c;d', ['b', 'c;d'], '"'],
    ['tokn a > out', ['tokn', 'a', '> out']],
    ['tokn a 2>', ['tokn', 'a', '> ']],
    ['tokn 2>err a', ['tokn', '> err', 'a']],
    ['tokn a &>> out b', ['tokn', 'a', '> out', 'b']],
    ['tokn <in a>b', ['tokn', '> in', 'a', '> b']],
    ['tokn é\u3000ü', ['tokn', 'é\u3000ü']],
  ] as ReadonlyArray<[string, string[], string?]>)('%j', (line, words, quote = '') => {
    const read = readShellLine(line)
    expect(read.map(({ value, redirected }) => (redirected ? `> ${value}` : value))).toEqual(words)
    expect(read.at(-1)?.quote).toBe(quote)
  })

  test.each([
    ['a b', '', 'a\\ b'],
    ['$(x)`y`', '', '\\$\\(x\\)\\`y\\`'],
    ['~!#*?[]{}<>|&;"\'\\', '', '\\~\\!\\#\\*\\?\\[\\]\\{\\}\\<\\>\\|\\&\\;\\"\\\'\\\\'],
    ['read:all/x=1', '', 'read:all/x=1'],
    ['é', '', 'é'],
    ['a b', '"', 'a b'],
    ['a"$`\\!b', '"', `a\\"\\$\\\`\\\\"'!'"b`],
    ["it's $x", "'", "it'\\''s $x"],
    ['a', "$'", undefined],
  ] as const)('%j is written within %j as %j', (text, quote, written) => {
    expect(quoteWithin(text, quote)).toBe(written)
    if (written === undefined) return
    const closing = quote === '' ? '' : quote
    expect(readShellLine(`${quote}${written}${closing}`)).toMatchObject([{ value: text }])
  })
})
