import type { Api, Call, Counts, Reply, TokenState } from './api.ts'
import type { SandboxClock } from './clock.ts'
import { checkFaults, type Fault, type FaultList } from './faults.ts'
import { controlPrefix, type RequestLogEntry } from './http.ts'
import { answerJson, readJson } from './reply.ts'

/** What a fake API knows of itself. */
export interface SandboxState {
  /** Epoch milliseconds of the server's own clock. */
  readonly now: number
  readonly counts: Readonly<Counts>
  /** Every access token made, oldest first. */
  readonly tokens: readonly TokenState[]
  /** The access tokens that work now; a static service token is not among them. */
  readonly live: readonly string[]
  /** What is spent of the budgets, where the API has some. */
  readonly budget?: Readonly<Record<string, number>>
}

/** How a test moves a fake API; `/__sandbox/` is the same from another process. */
export interface SandboxControl {
  /** Moves the server's clock by `ms` milliseconds. */
  readonly advance: (ms: number) => void
  /** @throws TypeError when it is not a list of faults */
  readonly replaceFaults: (faults: readonly Fault[]) => void
  /** Ends the life of every access token now. */
  readonly expire: () => void
  /** Forgets tokens, counts, log and faults, and sets the clock back; the credentials stay. */
  readonly reset: () => void
}

/** What control works on. */
export interface Controlled {
  readonly clock: SandboxClock
  readonly faults: FaultList
  readonly log: RequestLogEntry[]
  readonly readApi: () => Api
  readonly restartApi: () => void
}

/** The state of a fake API now. */
export function readState(controlled: Controlled): SandboxState {
  const api = controlled.readApi()
  const tokens = api.readTokens()
  return {
    now: controlled.clock.now(),
    counts: { ...api.counts },
    tokens,
    live: tokens.filter((token) => token.accessLive).map((token) => token.access),
    ...(api.readBudget && { budget: api.readBudget() }),
  }
}

/** The control of a fake API, for whoever is in the same process. */
export function makeControl(controlled: Controlled): SandboxControl {
  const { clock, faults, log } = controlled
  return {
    advance: clock.advance,
    replaceFaults: (list) => faults.replace(checkFaults(list)),
    expire: () => controlled.readApi().expire(),
    reset: () => {
      clock.reset()
      faults.replace([])
      log.length = 0
      controlled.restartApi()
    },
  }
}

/** Answers a control request; `describe` tells what `GET /__sandbox/` says. */
export function answerControl(call: Call, controlled: Controlled, describe: () => unknown): Reply {
  const control = makeControl(controlled)
  switch (`${call.method} ${call.path.slice(controlPrefix.length)}`) {
    case 'GET ':
      return answerJson(200, describe())
    case 'GET log':
      return answerJson(200, controlled.log)
    case 'GET state':
      return answerJson(200, readState(controlled))
    case 'POST advance': {
      const ms = readJson(call)?.['ms']
      if (typeof ms !== 'number') return answerJson(400, { error: 'ms must be a number' })
      control.advance(ms)
      break
    }
    case 'POST faults':
      try {
        control.replaceFaults(JSON.parse(call.body) as readonly Fault[])
      } catch (error) {
        return answerJson(400, { error: (error as Error).message })
      }
      break
    case 'POST expire':
      control.expire()
      break
    case 'POST reset':
      control.reset()
      break
    default:
      return answerJson(404, { error: 'no such control' })
  }
  return answerJson(200, { ok: true, now: controlled.clock.now() })
}
