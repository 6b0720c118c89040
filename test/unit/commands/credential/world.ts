import type {
  Asked,
  CredentialProtocol,
  CredentialWorld,
  GivenToken,
} from '../../../../src/commands/credential/protocol.ts'
import type { SessionRecord } from '../../../../src/core/record.ts'
import { Secret } from '../../../../src/core/secret.ts'

/** A token as a session gives it, with what the test says otherwise. */
export function givenToken(more: Partial<GivenToken> = {}): GivenToken {
  const access = new Secret('the-token')
  const record: SessionRecord = {
    v: 1,
    profileId: 'p',
    generation: 1,
    provider: 'sample',
    binding: {},
    origins: ['https://api.example'],
    attach: { headers: { Authorization: 'Bearer {access}' } },
    access,
    expiry: { state: 'unknown' },
    obtainedAt: 0,
    context: {},
  }
  return {
    profile: 'work',
    access,
    headers: [['Authorization', 'Bearer the-token']],
    isBearer: true,
    expiresAt: Date.UTC(2026, 10, 26, 20, 0, 0, 789),
    origins: record.origins,
    record,
    ...more,
  }
}

/** What one run of a protocol was seen to do. */
export interface Ran {
  /** What was thrown, in the place of a status. */
  readonly error: unknown
  readonly status: number | undefined
  readonly out: string
  /** What a token was wanted for, and how. */
  readonly asked: ReadonlyArray<readonly [Asked, { readonly bearer?: boolean } | undefined]>
  /** How often standard input was read. */
  readonly reads: number
}

interface Setting {
  readonly operands?: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
  readonly input?: string
  /** Absent: no profile has a token for this. */
  readonly given?: GivenToken
}

/** Runs a protocol once, in a world that gives one token or none. */
export async function runProtocol(protocol: CredentialProtocol, setting: Setting): Promise<Ran> {
  let [out, reads] = ['', 0]
  const asked: Array<readonly [Asked, { readonly bearer?: boolean } | undefined]> = []
  const world: CredentialWorld = {
    operands: setting.operands ?? [],
    variable: (name) => setting.variables?.[name],
    readInput: async () => {
      reads++
      return setting.input ?? ''
    },
    nextRequest: () => undefined,
    async *inputLines() {
      reads++
      yield* (setting.input ?? '').split('\n')
    },
    out: (text) => void (out += text),
    say: () => undefined,
    give: async (what, wanted) => {
      asked.push([what, wanted])
      return setting.given
    },
    reject: async () => undefined,
    holds: async () => false,
    servers: async ({ bearer } = {}) =>
      setting.given === undefined || bearer !== true
        ? []
        : ['api.example', 'b.example:8443'].map((host) => ({ host, username: 'oauth2' })),
    fail: () => 1,
  }
  try {
    const status = await protocol.run(world)
    return { status, error: undefined, out, asked, reads }
  } catch (error) {
    return { status: undefined, error, out, asked, reads }
  }
}
