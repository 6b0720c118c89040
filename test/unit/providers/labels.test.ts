import { describe, expect, it } from 'vitest'
import { readBody } from '../../../src/providers/replies/body.ts'

const page = '<!doctype html><html><body>Down for repair</body></html>'

function instead(type: string, body: string): string {
  return readBody({ headers: type === '' ? [] : [['content-type', type]], body }).instead()
}

describe('what an answer is instead of data is never the name of what was expected', () => {
  it.each([
    ['application/json', page, 'a page labelled application/json'],
    ['application/json; charset=utf-8', page, 'a page labelled application/json; charset=utf-8'],
    ['application/problem+json', page, 'a page labelled application/problem+json'],
    [
      'application/x-www-form-urlencoded',
      page,
      'a page labelled application/x-www-form-urlencoded',
    ],
    ['application/json', 'Unauthorized', 'text labelled application/json'],
    ['text/json', '401 Unauthorised.', 'text labelled text/json'],
    ['application/json', '<h1>Bad gateway</h1>', 'a page labelled application/json'],
    ['text/html', page, 'text/html'],
    ['', page, 'no media type'],
    ['text/plain', 'try later', 'text/plain'],
    ['application/json', 'try later', 'broken JSON, at character 1: expected a value'],
    ['application/json', '', 'an empty body'],
  ])('%s: %s', (type, body, expected) => {
    expect(instead(type, body)).toBe(expected)
  })
})
