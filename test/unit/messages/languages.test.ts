import { afterEach, expect, test } from 'vitest'
import type * as english from '../../../src/messages/en/oauth-login.ts'
import { provideTexts, useLanguage, words, type Translation } from '../../../src/messages/words.ts'

const other = { clockWasSet: () => 'xx: the clock' }

/** Compiles as long as the compiler says what another language lacks. */
export type Complete = Translation<typeof english, typeof english>
// @ts-expect-error: all texts but one are missing.
export type Lacking = Translation<typeof english, Pick<typeof english, 'noCiToken'>>

afterEach(() => {
  useLanguage('en')
})

test('texts are English until another language is chosen, and can be English again', () => {
  provideTexts({ times: other }, 'xx')
  expect(words.times.clockWasSet()).toBe('unknown: the clock was set since')
  expect(useLanguage('xx')).toBe(true)
  expect(words.times.clockWasSet()).toBe('xx: the clock')
  expect(useLanguage('en')).toBe(true)
  expect(words.times.clockWasSet()).toBe('unknown: the clock was set since')
})

test.each(['yy', '', '../en', 'constructor', 'en/'])('there are no texts in %j', (name) => {
  expect(useLanguage(name)).toBe(false)
  expect(words.times.clockWasSet()).toBe('unknown: the clock was set since')
})

test('a name of two words is the file with a hyphen', () => {
  expect(words.oauthLogin.noCiToken).toBeTypeOf('function')
  expect(Object.keys(words)).toContain('newProvider')
})
