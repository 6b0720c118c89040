import { createHttp } from '../../src/io/http/http.ts'
import { listenForCallback } from '../../src/io/terminal/callback.ts'
import { ToknError } from '../../src/core/errors.ts'
import type { Clock, Http, HttpRequest, Interaction } from '../../src/core/ports.ts'
import type { Provider, Reach } from '../../src/core/provider.ts'
import { Secret } from '../../src/core/secret.ts'
import type { TokenSet } from '../../src/core/token.ts'
import { compare, probeTokens, probeAgain, type Liveness } from '../../src/session/revoke/probe.ts'

/** A clock whose waits are over at once, and written down. */
export interface FastClock extends Clock {
  readonly waits: number[]
}

/** `real` milliseconds of every wait are really waited, for servers with a clock of their own. */
export function fastClock(real = 0): FastClock {
  let ahead = 0
  const waits: number[] = []
  return {
    waits,
    now: () => Date.now() + ahead,
    wait: async (duration) => {
      waits.push(duration)
      ahead += duration
      await new Promise((resolve) => setTimeout(resolve, Math.min(real, duration)))
    },
  }
}

export interface Recorded extends Reach {
  readonly clock: FastClock
  /** Every request, as it left. */
  readonly requests: HttpRequest[]
}

const secrets = new Set([
  'client_secret',
  'password',
  'private_key',
  'subject_token',
  'assertion',
  'ci_id_token',
  'ci_request_token',
])

/** The real way out, on this machine's loopback. */
export function openReach(
  answers: Readonly<Record<string, string>> = {},
  options: { interaction?: Interaction; clock?: FastClock; http?: Http } = {},
): Recorded {
  const http = options.http ?? createHttp({ environment: {} })
  const requests: HttpRequest[] = []
  return {
    clock: options.clock ?? fastClock(),
    requests,
    http: async (request) => {
      requests.push(request)
      return await http(request)
    },
    answers: Object.fromEntries(
      Object.entries(answers).map(([name, value]) => [
        name,
        secrets.has(name) ? new Secret(value) : value,
      ]),
    ),
    interaction: options.interaction,
  }
}

/** Ends a session as `tokn logout` does; what is then seen of its tokens. */
export async function endAndLook(
  provider: Provider,
  reach: Reach,
  held: TokenSet,
): Promise<Readonly<Record<'access' | 'refresh', Liveness>>> {
  const before = await probeTokens(provider, reach, held)
  await provider.logout?.(reach, held)
  const after = await probeAgain(provider, reach, held)
  const seen = (part: 'access' | 'refresh') => compare(before, after, part).liveness
  return { access: seen('access'), refresh: seen('refresh') }
}

export interface Person extends Interaction {
  readonly told: string[]
  readonly drawn: string[]
  readonly copied: string[]
}

export interface Behaviour {
  /** What the browser does with the page; absent: there is no browser. */
  readonly browse?: (url: string) => Promise<unknown>
  /** What is answered to a question; absent: nobody answers. */
  readonly answer?: (told: readonly string[]) => Promise<string>
  /** What is done when a line is shown. */
  readonly hears?: (text: string) => void
}

export function person({ browse, answer, hears }: Behaviour): Person {
  const told: string[] = []
  const drawn: string[] = []
  const copied: string[] = []
  return {
    told,
    drawn,
    copied,
    tell: (text) => {
      told.push(text)
      hears?.(text)
    },
    open: async (url) => {
      // As a real browser would, it goes its own way; a failure shows as a login that never ends.
      void browse?.(url).catch(() => undefined)
      return browse !== undefined
    },
    ask: async () => {
      if (answer === undefined) throw new ToknError('reauth_required', 'there is nobody to ask')
      return await answer(told)
    },
    draw: async (url) => void drawn.push(url),
    copy: async (text) => void copied.push(text),
    listen: listenForCallback,
  }
}
