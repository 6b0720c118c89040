import { describe, expect, it } from 'vitest'
import {
  exitStatus,
  ToknError,
  type ErrorCode,
  type ErrorDetails,
} from '../../../src/core/errors.ts'
import {
  readOutcome,
  readRequest,
  writeOutcome,
  writeRequest,
  type RefresherRequest,
} from '../../../src/refresher/messages.ts'

// `Required`: the compiler asks for a sample of every field that somebody adds.
type Crossing = Required<Omit<ErrorDetails, 'cause'>>

const details: Crossing = {
  hint: ['tokn login web', 'or wait'],
  http: { status: 429, providerCode: 'slow_down' },
  sent: false,
  lasting: true,
  retryAfter: 7_500,
  refusal: 'rate-limited',
  generation: 3,
  fault: 'superseded',
  page: 'https://sso.example.com/logout',
  exit: 111,
}

const request: Required<RefresherRequest> = {
  configDirectory: '/etc/tokn',
  timeout: 12_345,
  debug: true,
  ca: '/etc/ca.pem',
  proxy: 'http://127.0.0.1:3128',
  profile: 'web',
  profileId: '0123456789abcdef',
  store: 'file',
  refresh: {
    ...{ reason: 'min-ttl', minTtl: 60_000, beyond: 3, force: true },
    narrow: { scopes: ['read'], resource: ['https://api.example.com'] },
  },
  requester: { command: 'tokn token', pid: 42, parent: 'bash', host: 'build-1' },
  variables: { TOKN_STORE: 'file', https_proxy: 'http://ada:pass@127.0.0.1' },
  storeKey: 'key',
  storeUrl: 'redis://127.0.0.1:1/',
  storePassword: 'of the store',
  passphrase: 'several words\nand lines',
  files: { '/dev/fd/3': 'secret\n' },
}

describe('the request to the process that refreshes', () => {
  it('arrives as it was sent, every field of it', () => {
    expect(readRequest(writeRequest(request))).toEqual(request)
  })

  it('arrives with what it has to have alone', () => {
    const { profile, profileId, requester } = request
    const refresh = { reason: 'forced' } as const
    const least = { profile, profileId, requester, refresh, timeout: 1, debug: false }
    expect(readRequest(writeRequest(least))).toEqual(least)
  })

  it('takes nothing along that is not of it', () => {
    const more = { ...request, interaction: () => undefined, environment: { SECRET: 'x' } }
    expect(JSON.parse(writeRequest(more))).toEqual(request)
  })

  it.each(Object.keys(request))('is refused where %s is something else', (name) => {
    for (const odd of [null, [7]]) {
      expect(readRequest(JSON.stringify({ ...request, [name]: odd }))).toBeUndefined()
    }
  })

  it.each(['', '{', 'null', '7', '[]', '{}', '"text"'])('is not read from %j', (text) => {
    expect(readRequest(text)).toBeUndefined()
  })
})

function roundTrip(error: ToknError, warnings: readonly string[] = []) {
  return readOutcome(writeOutcome({ warnings, result: error }))
}

describe('the outcome of a refresh', () => {
  it('brings a record and the warnings', () => {
    const outcome = { warnings: ['one', 'two'], result: '{"v":1}' }
    expect(readOutcome(writeOutcome(outcome))).toEqual(outcome)
  })

  it('brings an error with every detail, and the warnings', () => {
    const outcome = roundTrip(new ToknError('rate_limited', 'too many', details), ['odd'])
    expect(outcome?.warnings).toEqual(['odd'])
    expect(outcome?.result).toMatchObject({ code: 'rate_limited', message: 'too many', exit: 111 })
    expect(outcome?.result).toHaveProperty('details', details)
  })

  it.each(Object.entries(details))('brings %s alone', (name, value) => {
    const { result } = roundTrip(new ToknError('network', 'no', { [name]: value })) ?? {}
    expect(result).toHaveProperty('details', { [name]: value })
  })

  it.each(Object.keys(exitStatus))('brings the code %s', (code) => {
    expect(roundTrip(new ToknError(code as ErrorCode, 'no'))?.result).toMatchObject({ code })
  })

  it('brings a hint of one line as a text', () => {
    expect(roundTrip(new ToknError('busy', 'no', { hint: 'wait' }))?.result).toMatchObject({
      hint: 'wait',
    })
  })

  it('leaves the cause behind, which may say anything', () => {
    const written = writeOutcome({
      warnings: [],
      result: new ToknError('internal', 'no', { cause: new Error('of the cause') }),
    })
    expect(written).not.toContain('of the cause')
  })

  it('is not read where it is cut off, or something else', () => {
    const whole = writeOutcome({ warnings: [], result: new ToknError('busy', 'no', details) })
    for (let length = 0; length < whole.length; length++) {
      expect(readOutcome(whole.slice(0, length))).toBeUndefined()
    }
    for (const odd of ['null', '7', '[]', '{}', '{"warnings":[]}', '{"error":{"code":"busy"}}']) {
      expect(readOutcome(odd)).toBeUndefined()
    }
  })

  it('is not read with a code that nobody knows', () => {
    const error = { code: 'unheard', message: 'no', details: {} }
    expect(readOutcome(JSON.stringify({ warnings: [], error }))).toBeUndefined()
  })
})
