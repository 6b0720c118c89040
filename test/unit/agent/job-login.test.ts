import { expect, test } from 'vitest'
import {
  isSameLogin,
  readMarks,
  writeMarks,
  type LoginMarks,
} from '../../../src/agent/job-login.ts'

const asked = new Set(['TOKN_BASE_URL', 'TOKN_CLIENT_ID', 'TOKN_CLIENT_SECRET', 'TOKN_CI_ID_TOKEN'])
const before: LoginMarks = {
  provider: 'mcs',
  marks: { TOKN_CLIENT_ID: 'aa', TOKN_CLIENT_SECRET: 'bb', TOKN_CI_ID_TOKEN: 'cc' },
}

test.each<[boolean, string, LoginMarks]>([
  [true, 'the same variables', before],
  [true, 'no variables: secrets are kept from this step', { provider: 'mcs', marks: {} }],
  [true, 'no login at all', { marks: { TOKN_CLIENT_ID: 'xx' } }],
  [true, 'one that the login has not looked for', { provider: 'mcs', marks: { TOKN_X: 'xx' } }],
  [true, 'what the CI system makes anew', { provider: 'mcs', marks: { TOKN_CI_ID_TOKEN: 'xx' } }],
  [false, 'another API', { provider: 'oz', marks: {} }],
  [false, 'another account', { provider: 'mcs', marks: { TOKN_CLIENT_ID: 'xx' } }],
  [false, 'another secret', { provider: 'mcs', marks: { TOKN_CLIENT_SECRET: 'xx' } }],
  [false, 'one that was not set', { provider: 'mcs', marks: { TOKN_BASE_URL: 'xx' } }],
  [false, 'one from a file instead', { provider: 'mcs', marks: { TOKN_CLIENT_ID_FILE: 'xx' } }],
])('%s: %s', (same, _, now) => {
  expect(isSameLogin(before, asked, now)).toBe(same)
})

test('marks come back as they were written', () => {
  expect(readMarks(writeMarks(before.marks))).toEqual(before.marks)
  expect(readMarks(writeMarks({}))).toEqual({})
  for (const text of ['x', 'TOKN_X.', '.aa', 'TOKN_X.zz', 'TOKN_X.aa,', 'TOKN_X.aa&b=c']) {
    expect(readMarks(text)).toBeUndefined()
  }
})
