import type {
  Asked,
  CredentialProtocol,
  CredentialWorld,
  GivenToken,
} from '../../../../src/commands/credential/protocol.ts'
import { ToknError } from '../../../../src/core/errors.ts'
import { fillAccess } from '../../../../src/core/fill-access.ts'
import { Secret } from '../../../../src/core/secret.ts'
import type { Attachment } from '../../../../src/core/token.ts'

/** 2026-11-26T20:00:00Z */
export const endsAt = Date.UTC(2026, 10, 26, 20)

/** A token that travels as `attach` says, `Authorization: Bearer` unless said. */
export function tokenOf(
  more: Partial<GivenToken> & { readonly attach?: Attachment } = {},
): GivenToken {
  const { attach = { headers: { Authorization: 'Bearer {access}' } }, ...rest } = more
  const { access = new Secret('abc.def'), origins = ['https://packages.example'] } = rest
  const headers = fillAccess(attach.headers, access)
  return {
    profile: 'web',
    access,
    headers,
    isBearer: attach.headers?.['Authorization'] === 'Bearer {access}',
    expiresAt: endsAt,
    origins,
    record: {
      v: 1,
      profileId: 'p',
      generation: 1,
      provider: 'web',
      binding: {},
      origins,
      attach,
      access,
      expiry: { state: 'at', at: endsAt },
      obtainedAt: endsAt - 3_600_000,
      context: {},
    },
    ...rest,
  }
}

export interface Scene {
  readonly operands?: readonly string[]
  /** All of standard input. */
  readonly input?: string
  /** What is given for what is asked, or thrown; by default `tokenOf()` where it may be sent. */
  readonly give?: (asked: Asked) => GivenToken | undefined
}

export interface Outcome {
  readonly status: number
  readonly out: string
  /** Lines for a person. */
  readonly said: readonly string[]
  readonly asked: ReadonlyArray<Asked & { readonly bearer?: boolean }>
  readonly rejected: ReadonlyArray<readonly [Asked, string]>
}

/** Runs a protocol as the command does: what it throws is said, with nothing on standard output. */
export async function act(protocol: CredentialProtocol, scene: Scene): Promise<Outcome> {
  const { operands = [], input = '', give = giveWhereItMayGo } = scene
  let out = ''
  const said: string[] = []
  const asked: Array<Outcome['asked'][number]> = []
  const rejected: Array<Outcome['rejected'][number]> = []
  const world: CredentialWorld = {
    operands,
    variable: () => undefined,
    readInput: async () => input,
    nextRequest: () => undefined,
    async *inputLines() {
      yield* input.replace(/\n$/, '').split('\n')
    },
    out: (text) => (out += text),
    say: (text) => said.push(text),
    give: async (one, wanted = {}) => {
      asked.push({ ...one, ...wanted })
      const given = give(one)
      if (wanted.bearer === true && given?.isBearer === false) {
        throw new ToknError('unsupported', 'it travels otherwise')
      }
      return given
    },
    reject: async (one, token) => void rejected.push([one, token?.reveal() ?? '']),
    holds: async () => false,
    servers: async () => [],
    fail,
  }
  const status = await protocol.run(world).catch((error: unknown) => {
    if (out !== '') throw error
    return fail(error)
  })
  return { status, out, said, asked, rejected }

  function fail(error: unknown): number {
    if (!(error instanceof ToknError)) throw error
    said.push(error.message)
    return error.exit
  }
}

function giveWhereItMayGo({ target }: Asked): GivenToken | undefined {
  const given = tokenOf()
  if (target === undefined) return given
  const at = target.kind === 'url' ? target.url : `https://${target.host}`
  return given.origins.some((origin) => at === origin || at.startsWith(`${origin}/`))
    ? given
    : undefined
}

/** Ways in which a token travels that no tool with one header can have. */
export const otherWays: ReadonlyArray<readonly [what: string, attach: Attachment]> = [
  ['a header of its own', { headers: { 'X-Forensic-Access-Token': '{access}' } }],
  ['the query', { query: { oauth_token: '{access}' } }],
  ['two headers', { headers: { Authorization: 'Bearer {access}', 'X-Client': 'abc' } }],
  [
    'a header and the query',
    { headers: { Authorization: 'Bearer {access}' }, query: { client: 'abc' } },
  ],
  ['a proof besides', { headers: { Authorization: 'DPoP {access}' }, bound: true }],
]

export function loggedOut(): never {
  throw new ToknError('reauth_required', 'the session "web" has ended', { hint: 'tokn login web' })
}

export function offline(): never {
  throw new ToknError('network', 'the server cannot be reached')
}
