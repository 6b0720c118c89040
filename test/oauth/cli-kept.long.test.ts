import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { compactDecrypt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goBack } from './user-agent.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'

/** What a login of each flow is given, beside the client secret. */
const flows = {
  client: {},
  password: { words: ['--username', 'alice'], env: { TOKN_PASSWORD: 'pass-canary' } },
  exchange: { env: { TOKN_SUBJECT_TOKEN: 'subject-canary' } },
  jwt: { env: { TOKN_ASSERTION: 'assertion-canary' } },
  code: { person: true },
  device: { person: true },
  refresh: { input: 'given-canary' },
} as const satisfies Readonly<Record<string, object>>
type Flow = keyof typeof flows

/** Names of the secrets that a login without `--remember` leaves in the store: the same for every flow. */
const rule = { beside: ['client_secret'], alone: [] } as const

/** What `--remember` keeps besides: all that the login was given. */
const remembered: Readonly<Record<Flow, readonly string[]>> = {
  client: ['client_secret'],
  password: ['client_secret', 'password'],
  exchange: ['client_secret', 'subject_token'],
  jwt: ['client_secret', 'assertion'],
  code: ['client_secret'],
  device: ['client_secret'],
  refresh: [],
}

interface Kept {
  readonly refresh?: string
  readonly context: Readonly<Record<string, string>>
  readonly credentials?: Readonly<Record<string, string>>
}

describe.skipIf(!hasTerminal())('what a login leaves in the store', () => {
  let fake: FakeServer
  let gives = false
  beforeAll(async () => {
    fake = await startFake({
      [discoveryPath]: metadata({ token_endpoint_auth_methods_supported: ['client_secret_post'] }),
      '/device': (_, origin) => ({
        body: {
          device_code: 'device-canary',
          user_code: 'ABCD',
          verification_uri: `${origin}/go`,
          expires_in: 60,
          interval: 1,
        },
      }),
      '/token': () => ({
        body: {
          access_token: 'access',
          expires_in: 600,
          ...(gives ? { refresh_token: 'refresh-canary' } : {}),
        },
      }),
    })
  })
  afterAll(async () => fake.stop())

  async function stored(home: Home): Promise<Kept> {
    const file = readdirSync(home.sessions).find((name) => name.endsWith('.jwe')) ?? ''
    const key = Buffer.from(home.environment['TOKN_STORE_KEY'] ?? '', 'base64url')
    const sealed = readFileSync(join(home.sessions, file), 'utf8')
    const { plaintext } = await compactDecrypt(sealed.trim(), key)
    return JSON.parse(new TextDecoder().decode(plaintext)) as Kept
  }

  async function login(home: Home, flow: Flow, remember: boolean): Promise<void> {
    const {
      words = [],
      env = {},
      input,
      person = false,
    } = flows[flow] as {
      words?: readonly string[]
      env?: object
      input?: string
      person?: boolean
    }
    const how = flow === 'refresh' ? ['--with-refresh-token'] : ['--flow', flow]
    const keep = flow === 'refresh' ? [] : [remember ? '--remember' : '--no-remember']
    const to = ['login', 'web', '--issuer', fake.origin, '--client-id', 'app', ...how, ...words]
    const given = { TOKN_CLIENT_SECRET: 'client-canary', ...env }
    if (!person) {
      const ended = await run([...to, ...keep], { home, env: given, input })
      expect(ended, ended.err).toMatchObject({ status: 0, out: '' })
      return
    }
    const terminal = openTerminal([...to, ...keep, '--no-browser'], home, given)
    if (flow === 'code') {
      const url = new URL((await terminal.until(/^(http:\S+)$/m))[1] ?? '')
      const back = new URL(url.searchParams.get('redirect_uri') ?? '')
      back.search = `code=code-canary&state=${url.searchParams.get('state')}`
      await goBack(back)
    }
    const ended = await terminal.ended
    expect(ended.status, ended.err).toBe(0)
  }

  const cases = (Object.keys(flows) as Flow[]).flatMap((flow) =>
    [true, false].flatMap((refresh) =>
      (flow === 'refresh' ? [false] : [true, false]).map(
        (remember) => [flow, refresh, remember] as const,
      ),
    ),
  )

  it.each(cases)(
    'flow %s, a refresh token: %s, --remember: %s',
    async (flow, refresh, remember) => {
      const home = makeHome()
      try {
        gives = refresh
        await login(home, flow, remember)
        const { refresh: token, context, credentials } = await stored(home)
        const beside = Object.keys(context).filter((name) => remembered.password.includes(name))
        // The one that was given stays where no other came for it.
        const holds = refresh || flow === 'refresh'
        expect({ token: token !== undefined, beside }).toEqual({
          token: holds,
          beside: holds ? rule.beside : rule.alone,
        })
        const asked = remember ? remembered[flow].toSorted() : undefined
        expect(credentials && Object.keys(credentials).toSorted()).toEqual(asked)
        const shown = await run(['info', 'web', '--local', '--json'], { home })
        const { kept, credentials_kept } = JSON.parse(shown.out) as Record<string, unknown>
        const names = [...(holds ? ['refresh_token', 'client_secret'] : []), ...(asked ?? [])]
        expect((kept as string[]).toSorted()).toEqual([...new Set(names)].toSorted())
        expect(credentials_kept).toBe(remember)
      } finally {
        home.remove()
      }
    },
  )
})
