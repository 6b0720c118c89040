import { expect, it } from 'vitest'
import type { Field } from '../../../src/core/provider.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { collectAnswers } from '../../../src/session/login/answers.ts'
import { failure, record } from '../providers/reach.ts'
import { define } from '../providers/shapes.ts'

// Of a field of any provider, and of the two that no definition has: those that ask for a file.
const files: ReadonlyArray<readonly [Field, string]> = [
  [
    { name: 'key_file', label: 'Key', file: true },
    'set TOKN_KEY_FILE, or log in with --set key_file=...',
  ],
  [{ name: 'cert', label: 'C', file: true }, 'set TOKN_CERT, or log in with --set cert=...'],
]
const fields: ReadonlyArray<readonly [{ name: string; label: string; secret?: boolean }, string]> =
  [
    [
      { name: 'team', label: 'Team' },
      'set TOKN_TEAM or TOKN_TEAM_FILE, or log in with --set team=...',
    ],
    [
      { name: 'user_id', label: 'User' },
      'set TOKN_USER_ID or TOKN_USER_ID_FILE, or log in with --set user_id=...',
    ],
    [{ name: 'id2', label: '2' }, 'set TOKN_ID2 or TOKN_ID2_FILE, or log in with --set id2=...'],
    [
      { name: 'at', label: 'At', secret: false },
      'set TOKN_AT or TOKN_AT_FILE, or log in with --set at=...',
    ],
    [{ name: 'pin', label: 'PIN', secret: true }, 'set TOKN_PIN or TOKN_PIN_FILE'],
    [
      { name: 'secret_key', label: 'K', secret: true },
      'set TOKN_SECRET_KEY or TOKN_SECRET_KEY_FILE',
    ],
  ]

it.each([...fields, ...files])('how %j is given, where nobody can be asked', async (field, how) => {
  const sources = { set: {}, secrets: {}, fromEnvironment: () => undefined }
  const error = await failure(collectAnswers([field], sources))
  expect(error.details.hint).toBe(`${how}, or run the command in a terminal`)
})

it.each(fields)('how %j is given, where a request misses it', async (field, how) => {
  for (const rest of [
    { path: '/login', json: { it: `{fields.${field.name}}` } },
    { path: `/{fields.${field.name}}` },
  ]) {
    const request = { method: 'POST' as const, ...rest }
    const login = { request, reply: { access: 'token' } }
    const provider = defineProvider(define({ fields: [field], login }), {})
    const error = await failure(provider.login!(record([], {}), {}))
    expect(error.details.hint).toBe(how)
  }
})

it('how a secret is given, where it stands on a command line', async () => {
  const field = { name: 'pin', label: 'PIN', secret: true }
  const sources = { set: { pin: '1' }, secrets: {}, fromEnvironment: () => undefined }
  const error = await failure(collectAnswers([field], sources))
  expect(error.details.hint).toBe('set TOKN_PIN or TOKN_PIN_FILE, or answer the prompt')
})
