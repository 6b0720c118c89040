import { describe, expect, it } from 'vitest'
import { layOut } from '../../../src/commands/help/layout.ts'

const items = [
  ['--a', 'what it does, in a few words'],
  ['--a-longer-one <value>', 'what that does'],
] as const

describe('a page', () => {
  it('has meanings beside their terms, all at one column, where there is room', () => {
    expect(layOut([{ heading: 'Flags:', items }, { items: [['b', 'c']] }], 50)).toBe(
      `Flags:
  --a                     what it does, in a few
                          words
  --a-longer-one <value>  what that does

  b                       c
`,
    )
  })

  it('has them below where there is not, block by block', () => {
    expect(layOut([{ heading: 'Flags:', items }, { items: [['b', 'c']] }], 40)).toBe(
      `Flags:
  --a
      what it does, in a few words
  --a-longer-one <value>
      what that does

  b  c
`,
    )
  })

  it('lets a few long terms stand above their meanings, and not all others', () => {
    const long = ['--a-very-long-one-that-few-need <value>', 'more'] as const
    expect(layOut([{ items: [...items, long] }], 60)).toBe(
      `  --a                     what it does, in a few words
  --a-longer-one <value>  what that does
  --a-very-long-one-that-few-need <value>
                          more
`,
    )
  })

  it('keeps paragraphs apart, and what is set in', () => {
    const text = 'one two\nthree\n  four\n  five six\n\nseven'
    expect(layOut([{ text }], 10)).toBe('one two\nthree\n  four\n  five six\n\nseven\n')
    expect(layOut([{ text }], 80)).toBe('one two three\n  four five six\n\nseven\n')
  })

  it('lets a single word stand out, and nothing else', () => {
    expect(layOut([{ text: 'a https://api.example.com/long b' }], 12)).toBe(
      'a\nhttps://api.example.com/long\nb\n',
    )
  })

  it.each([
    ['tokn login web -p rightech', 30, '  $ tokn login web -p rightech\n'],
    ['tokn login web -p rightech', 29, '  $ tokn login web -p \\\n      rightech\n'],
    ['tokn issue --name "a b c"', 20, '  $ tokn issue \\\n      --name "a b c"\n'],
    ["tokn issue 'a \"b c'", 18, "  $ tokn issue \\\n      'a \"b c'\n"],
    ['eval "$(tokn token -o env)"', 24, '  $ eval "$(tokn token \\\n      -o env)"\n'],
    ['curl -K <(tokn header) URL', 24, '  $ curl -K <(tokn \\\n      header) URL\n'],
  ])('divides a command line where a shell does: %s', (line, width, shown) => {
    expect(layOut([{ examples: [line] }], width)).toBe(shown)
  })
})
