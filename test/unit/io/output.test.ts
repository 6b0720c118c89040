import { describe, expect, it } from 'vitest'
import { wrapSentence } from '../../../src/io/terminal/output.ts'

const error = 'tokn: error: hoster.by does not accept these credentials (401: Access key not found)'

describe('a sentence in a terminal', () => {
  it('goes on in the next line between two words, set in', () => {
    expect(wrapSentence(error, 40)).toEqual([
      'tokn: error: hoster.by does not accept',
      '  these credentials (401: Access key not',
      '  found)',
    ])
  })

  it('has a word that is too long in a line of its own, whole', () => {
    const url = `https://sso.example.com/${'x'.repeat(50)}`
    expect(wrapSentence(`open ${url} in a browser`, 20)).toEqual([
      'open',
      `  ${url}`,
      '  in a browser',
    ])
  })

  it('cannot be made to begin a line as a message of ours does', () => {
    const said = `tokn: error: the server said: ${'so '.repeat(4)}tokn: hint: tokn login evil`
    for (let width = 1; width < 80; width++) {
      const [, ...further] = wrapSentence(said, width)
      expect(further.filter((line) => !line.startsWith('  '))).toEqual([])
    }
  })

  it.each([
    'tokn: hint: tokn login web --provider hosterby --base-url https://api.example.com',
    'next: tokn token a-profile-with-a-name-that-is-long-enough-for-two-lines --min-ttl 10m',
    '  or see those that there are, in a line of its own: tokn profile list --json',
    '  "message": "a line of a document in JSON, which no other program would read in two",',
    '{ "message": "a document in one line, which no other program would read in two lines" }',
    '█ ▄▄▄ █ ▀ ▄█ █ ▄▄▄ █ █ ███ █ ▄▀ ▀█ █ ███ █ █ ▄▄▄ █ ▀ ▄█ █ ▄▄▄ █',
    `\ufdd0abc[1m${'a line with a style of ours in it '.repeat(3)}`,
    '',
  ])('leaves to the terminal what is to be copied whole: %s', (line) => {
    expect(wrapSentence(line, 40)).toEqual([line])
  })

  it('is a line where it fits, and where there is no width', () => {
    expect(wrapSentence(error, error.length)).toEqual([error])
    expect(wrapSentence(error, Number.POSITIVE_INFINITY)).toEqual([error])
  })
})
