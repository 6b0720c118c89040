import { expect, test } from 'vitest'
import { marksOf } from '../../../src/app/job-marks.ts'
import {
  readJobAnswer,
  readJobEnd,
  readJobFacts,
  readJobRequest,
  writeJobEnd,
  writeJobFacts,
  writeJobRequest,
} from '../../../src/app/job-messages.ts'
import { variablesOfJob } from '../../../src/app/job-variables.ts'

const request = {
  timeout: 30_000,
  debug: false,
  command: 'tokn ci',
  provider: 'mcs',
  variables: { TOKN_CLIENT_SECRET: 'two\nlines' },
  marks: { TOKN_CLIENT_SECRET: '00ff00ff' },
  owner: { pid: 7, start: '12' },
  longest: 1_000,
}
const facts = {
  socket: '/run/x.sock',
  pid: 8,
  provider: 'mcs',
  title: 'MCS Vision',
  since: 1,
  until: 2,
  owner: 7,
}
const end = { revoked: true, verified: false, unverified: 'why', failed: false, erased: true }

test('messages are one line, and come back as they were written', () => {
  expect(writeJobRequest(request)).toMatch(/^[^\n]*\n$/)
  expect(readJobRequest(writeJobRequest(request))).toEqual(request)
  expect(readJobFacts(writeJobFacts(facts))).toEqual(facts)
  const answer = { ...facts, same: true, ending: false }
  expect(readJobAnswer(JSON.stringify(answer))).toEqual(answer)
  expect(readJobEnd(writeJobEnd(end))).toEqual(end)
})

test.each(['', '{', 'null', '[]', '{}', '{"pid":"8"}'])('%j is none of them', (text) => {
  expect([readJobRequest(text), readJobFacts(text), readJobAnswer(text)]).toEqual(
    Array(3).fill(undefined),
  )
  expect(() => readJobEnd(text)).toThrow('was not understood')
})

test('a login gets what it may read, and the marks of it say nothing', () => {
  const environment = {
    PATH: '/bin',
    TOKN_PASSWORD: 'hush',
    TOKN_CONFIG_DIR: '/x',
    TOKN_USERNAME: '',
    TOKN_STORE_KEY: 'of the store',
    TOKN_STORE_KEY_FILE: '/key',
    TOKN_PASSPHRASE: 'of the store',
    TOKN_AGENT_SOCK: '/run/y.sock',
    HTTPS_PROXY: 'http://user:word@proxy',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of the runner',
  }
  const { PATH: _, TOKN_STORE_KEY: __, TOKN_STORE_KEY_FILE: ___, ...others } = environment
  const { TOKN_PASSPHRASE: ____, TOKN_AGENT_SOCK: _____, ...wanted } = others
  expect(variablesOfJob(environment)).toEqual(wanted)
  const marks = marksOf(environment)
  expect(Object.keys(marks)).toEqual(['TOKN_PASSWORD', 'TOKN_CONFIG_DIR'])
  expect(marks['TOKN_PASSWORD']).toMatch(/^[0-9a-f]{8}$/)
  expect(marksOf({ TOKN_PASSWORD: 'hush' })).toEqual({ TOKN_PASSWORD: marks['TOKN_PASSWORD'] })
  expect(marksOf({ TOKN_PASSWORD: 'other' })).not.toEqual(marks)
})
