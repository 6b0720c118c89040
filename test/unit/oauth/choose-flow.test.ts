import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import { chooseFlows } from '../../../src/providers/oauth/flows/choose-flow.ts'
import { flowsWithoutPerson, otherFlows } from '../../../src/providers/oauth/flows/offers.ts'
import { flows, grantTypeOf, type Flow } from '../../../src/providers/oauth/settings/flow.ts'

const page = 'https://sso.example.com/authorize'
const codes = 'https://sso.example.com/device'

/** What a server says of itself, by a short name for each. */
const servers = {
  nothing: {},
  page: { authorization_endpoint: page },
  codes: { device_authorization_endpoint: codes },
  both: { authorization_endpoint: page, device_authorization_endpoint: codes },
  'page, lists code': listing(['code'], { authorization_endpoint: page }),
  'page, lists client': listing(['client'], { authorization_endpoint: page }),
  'page, lists exchange': listing(['exchange'], { authorization_endpoint: page }),
  'both, lists device': listing(['device'], {
    authorization_endpoint: page,
    device_authorization_endpoint: codes,
  }),
  'both, lists code, client': listing(['code', 'client'], {
    authorization_endpoint: page,
    device_authorization_endpoint: codes,
  }),
  'lists client': listing(['client'], {}),
  'lists jwt': listing(['jwt'], {}),
} as const

function listing(listed: readonly Flow[], endpoints: object) {
  return { ...endpoints, grant_types_supported: listed.map((flow) => grantTypeOf(flow, {})!) }
}

/** What was given; `tls` is a client certificate. */
const givens = ['', 'secret', 'key', 'tls', 'subject', 'assertion', 'subject+assertion'] as const
const fieldOf: Readonly<Record<string, string>> = {
  secret: 'client_secret',
  key: 'private_key',
  subject: 'subject_token',
  assertion: 'assertion',
}

type Server = keyof typeof servers
type Given = (typeof givens)[number]

function choose(server: Server, given: Given, asks: boolean, flow?: string): string {
  const fields = new Set(given.split('+').map((one) => fieldOf[one]))
  const choosing = {
    server: servers[server] as object,
    settings: {
      ...(given === 'tls' && { client_auth: 'tls_client_auth' }),
      ...(flow !== undefined && { flow }),
    },
    secret: (name: string) => (fields.has(name) ? new Secret('x') : undefined),
  }
  return chooseFlows(choosing, asks).join(' ')
}

/** Server, then what is tried with each of `givens`, with somebody to ask and with nobody. */
const table: ReadonlyArray<readonly [Server, readonly string[], readonly string[]]> = [
  [
    'nothing',
    ['', 'client', 'client jwt', 'client', 'exchange', 'jwt', 'exchange jwt'],
    ['', 'client', 'client jwt', 'client', 'exchange', 'jwt', 'exchange jwt'],
  ],
  [
    'page',
    ['code', 'code client', 'code client jwt', 'code client', 'exchange', 'jwt', 'exchange jwt'],
    ['', 'client', 'client jwt', 'client', 'exchange', 'jwt', 'exchange jwt'],
  ],
  [
    'codes',
    [
      'device',
      'device client',
      'device client jwt',
      'device client',
      'exchange',
      'jwt',
      'exchange jwt',
    ],
    ['', 'client', 'client jwt', 'client', 'exchange', 'jwt', 'exchange jwt'],
  ],
  [
    'both',
    [
      'code device',
      'code device client',
      'code device client jwt',
      'code device client',
      'exchange',
      'jwt',
      'exchange jwt',
    ],
    ['', 'client', 'client jwt', 'client', 'exchange', 'jwt', 'exchange jwt'],
  ],
  [
    'page, lists code',
    ['code', 'code', 'code', 'code', 'exchange', 'jwt', 'exchange'],
    ['', 'client', 'client', 'client', 'exchange', 'jwt', 'exchange'],
  ],
  [
    'page, lists client',
    ['code', 'client', 'client', 'client', 'exchange', 'jwt', 'exchange'],
    ['', 'client', 'client', 'client', 'exchange', 'jwt', 'exchange'],
  ],
  [
    'page, lists exchange',
    ['code', 'code', 'code', 'code', 'exchange', 'jwt', 'exchange'],
    ['', 'client', 'client', 'client', 'exchange', 'jwt', 'exchange'],
  ],
  [
    'both, lists device',
    ['device', 'device', 'device', 'device', 'exchange', 'jwt', 'exchange'],
    ['', 'client', 'client', 'client', 'exchange', 'jwt', 'exchange'],
  ],
  [
    'both, lists code, client',
    [
      'code device',
      'code device client',
      'code device client',
      'code device client',
      'exchange',
      'jwt',
      'exchange',
    ],
    ['', 'client', 'client', 'client', 'exchange', 'jwt', 'exchange'],
  ],
  [
    'lists client',
    ['', 'client', 'client', 'client', 'exchange', 'jwt', 'exchange'],
    ['', 'client', 'client', 'client', 'exchange', 'jwt', 'exchange'],
  ],
  [
    'lists jwt',
    ['', 'client', 'jwt', 'client', 'exchange', 'jwt', 'jwt'],
    ['', 'client', 'jwt', 'client', 'exchange', 'jwt', 'jwt'],
  ],
]

describe('the flow that auto is', () => {
  for (const [server, asked, alone] of table) {
    for (const [index, given] of givens.entries()) {
      it(`of a server with ${server}, given ${given || 'nothing'}`, () => {
        expect(choose(server, given, true)).toBe(asked[index])
        expect(choose(server, given, false)).toBe(alone[index])
      })
    }
  }

  it('has every server and everything that can be given in the table', () => {
    expect(table.map(([server]) => server)).toEqual(Object.keys(servers))
    expect(table.flatMap(([, asked, alone]) => [asked.length, alone.length])).toEqual(
      table.flatMap(() => [givens.length, givens.length]),
    )
  })

  it('is the one that is named, whatever else there is', () => {
    for (const flow of flows.filter((one) => one !== 'auto')) {
      for (const server of Object.keys(servers) as Server[]) {
        for (const given of givens) {
          expect(choose(server, given, true, flow)).toBe(flow)
          expect(choose(server, given, false, flow)).toBe(flow)
        }
      }
    }
  })
})

describe('the flows that a hint names', () => {
  it('are those that the server offers, without what was tried and what nobody is there for', () => {
    for (const [name, server] of Object.entries(servers)) {
      const offering = { server: server as object, settings: {} }
      for (const tried of flows) {
        for (const asks of [true, false]) {
          const others = otherFlows(offering, [tried], asks)
          expect(others, name).not.toContain(tried)
          expect(others, name).not.toContain(asks ? 'auto' : 'code')
          if ('grant_types_supported' in server) {
            const listed = others.map((flow) => grantTypeOf(flow, {}))
            const unlisted = listed.filter((type) => !server.grant_types_supported.includes(type!))
            expect(unlisted.filter((type) => !type?.endsWith('device_code'))).toEqual([])
          }
        }
        expect(flowsWithoutPerson(offering, [tried])).not.toContain(tried)
      }
    }
    const both = { server: servers['both, lists code, client'] as object, settings: {} }
    expect(otherFlows(both, ['code'], true)).toEqual(['device', 'client'])
    expect(otherFlows(both, ['device'], false)).toEqual(['client'])
    expect(flowsWithoutPerson(both, ['code'])).toEqual(['device', 'client'])
    const silent = { server: servers.page as object, settings: {} }
    expect(otherFlows(silent, ['client'], true)).toEqual(['code'])
    expect(otherFlows(silent, ['code'], true)).toEqual([])
    expect(flowsWithoutPerson(silent, ['auto'])).toEqual(['client', 'jwt', 'exchange', 'ci'])
  })

  it('do not trust a list that is none', () => {
    const server = { authorization_endpoint: page, grant_types_supported: 'code' } as object
    expect(otherFlows({ server, settings: {} }, [], true)).toEqual(['code'])
  })
})
