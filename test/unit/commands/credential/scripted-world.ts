import type { SessionRecord } from '../../../../src/core/record.ts'
import { Secret } from '../../../../src/core/secret.ts'
import type {
  Asked,
  CredentialProtocol,
  CredentialWorld,
  GivenToken,
  Server,
} from '../../../../src/commands/credential/protocol.ts'
import { attachToken, headerLines } from '../../../../src/session/attach-token.ts'

/** A token as a world gives it, which travels as `attach` says. */
export function given(
  token: string,
  attach: SessionRecord['attach'] = { headers: { Authorization: 'Bearer {access}' } },
  expiresAt?: number,
): GivenToken {
  const access = new Secret(token)
  const headers = headerLines(attachToken({ attach, access }))
  const [name, value] = headers[0] ?? []
  return {
    profile: 'web',
    access,
    headers,
    isBearer: name === 'Authorization' && value === `Bearer ${token}` && attach.bound !== true,
    expiresAt,
    origins: ['https://git.example'],
    record: { attach, access } as SessionRecord,
  }
}

/** What a protocol is run with. */
interface Script {
  readonly input?: string
  /** What is given for a target; it may throw. */
  readonly give?: (asked: Asked) => GivenToken | undefined
  readonly held?: string | undefined
  readonly servers?: readonly Server[]
}

/** Runs a protocol, and gives all that it did. */
export async function runProtocol(
  protocol: CredentialProtocol,
  operands: readonly string[],
  { input = '', give = () => undefined, held, servers = [] }: Script,
) {
  let out = ''
  const said: string[] = []
  const asked: Asked[] = []
  const rejected: (readonly [Asked, string | undefined])[] = []
  const world: CredentialWorld = {
    operands,
    variable: () => undefined,
    readInput: async () => input,
    nextRequest: () => undefined,
    inputLines: async function* () {
      yield* input.split('\n')
    },
    out: (text) => void (out += text),
    say: (text) => void said.push(text),
    give: async (one) => {
      asked.push(one)
      return give(one)
    },
    reject: async (one, token) => void rejected.push([one, token?.reveal()]),
    holds: async (_, token) => token.reveal() === held,
    servers: async () => servers,
    fail: (error) => said.push((error as Error).message),
  }
  const status = await protocol.run(world)
  return { status, out, said, asked, rejected }
}
