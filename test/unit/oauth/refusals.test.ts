import { describe, expect, it } from 'vitest'
import {
  explainRefusal,
  type RequestName,
} from '../../../src/providers/oauth/replies/explain-refusal.ts'

function told(
  codes: readonly string[],
  texts: readonly string[],
  asked: RequestName = 'token',
): string {
  return explainRefusal(asked, { status: 400, codes, texts }).message
}

describe('a server that says a thing twice is quoted once', () => {
  it.each([
    [['slow_down'], ['slow_down'], /\(slow_down\)$/],
    [['slow_down'], ['SLOW_DOWN'], /\(SLOW_DOWN\)$/],
    [
      ['invalid_grant'],
      ['invalid_grant: the code is spent'],
      /\(invalid_grant: the code is spent\)$/,
    ],
    [['invalid_client'], ['Error invalid_client.'], /\(Error invalid_client\.\)$/],
    [['access_denied'], ['access_denied'], /\(access_denied\)$/],
    [['invalid_scope'], ['no such scope'], /\(invalid_scope: no such scope\)$/],
    [['invalid_grant'], [], /\(invalid_grant\)$/],
    [[], ['something else'], /something else/],
  ])('%j, %j', (codes, texts, expected) => {
    expect(told(codes, texts)).toMatch(expected)
  })
})
