import { expect, test } from 'vitest'
import {
  insertMember,
  objectOf,
  readWritten,
  removeMember,
} from '../../../../src/commands/setup/json-member.ts'

test.each([
  ['{}', '{\n\t"k": 1\n}'],
  ['{ }\n', '{\n\t"k": 1\n}\n'],
  ['{"a":2}', '{"k": 1,"a":2}'],
  ['{\r\n  "a": 2\r\n}', '{\r\n  "k": 1,\r\n  "a": 2\r\n}'],
])('%j has a member put first: %j', (text, expected) => {
  expect(insertMember(text, 0, 'k', '1')).toBe(expected)
  expect(JSON.parse(expected)).toMatchObject({ k: 1 })
})

test.each([
  ['{"k": "v"}', '{}'],
  ['{"k":"v","a":2}', '{"a":2}'],
  ['{"a":2,\n "k": "v"\n}', '{"a":2\n}'],
  ['{"a":"\\"k\\": 1", "k" : "v\\"", "b": {}}', '{"a":"\\"k\\": 1", "b": {}}'],
  // Written with an escape: nothing is guessed.
  ['{"\\u006b": "v"}', undefined],
])('%j less a member: %j', (text, expected) => {
  const at = readWritten(text).offsets.get('/k')
  expect(at).toBeDefined()
  expect(removeMember(text, 'k', at ?? 0)).toBe(expected)
})

test.each([
  ['{"a":1}', '{\n\t\t"k": "v"\n\t}'],
  ['{\n  "a": 1\n}', '{\n    "k": "v"\n  }'],
  ['{\r\n\t"a": 1\r\n}', '{\r\n\t\t"k": "v"\r\n\t}'],
])('an object as deep as in %j: %j', (text, expected) => {
  expect(objectOf(text, 0, 'k', 'v')).toBe(expected)
})
