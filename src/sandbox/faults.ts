/** Which requests a fault strikes. */
interface FaultTarget {
  /** Prefix of the path; absent strikes every path. */
  readonly path?: string
  readonly method?: string
  /** How many matching requests are let through first; 0 when absent. */
  readonly after?: number
  /** How many matching requests are struck; no end when absent. */
  readonly times?: number
}

/** What a fault does. Only where it says "processed" does the request change the server's state. */
type FaultAction =
  /** Cuts the connection; not processed. */
  | { readonly do: 'drop-before' }
  /** Processed, then cuts the connection without an answer. */
  | { readonly do: 'drop-after' }
  /** Answers this; not processed. A `body` that is not text is sent as JSON. */
  | {
      readonly do: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: unknown
      readonly contentType?: string
    }
  /** Waits `ms`, then goes on to the next fault or the normal answer. */
  | { readonly do: 'delay'; readonly ms: number }
  /** Processed; the answer trickles out, one byte per `ms`. */
  | { readonly do: 'drip'; readonly ms: number }
  /** Answers a redirect (302 unless said otherwise); not processed. */
  | { readonly do: 'redirect'; readonly to: string; readonly status?: number }
  /** Answers `bytes` bytes, or without end; not processed. */
  | { readonly do: 'huge'; readonly bytes?: number }
  /** Answers a gzip body that inflates to `bytes` (300 MiB unless said otherwise); not processed. */
  | { readonly do: 'gzip-bomb'; readonly bytes?: number }
  /** Answers the error page of a proxy (502 unless said otherwise); not processed. */
  | { readonly do: 'html'; readonly status?: number }
  /** Answers an empty body (200 unless said otherwise); not processed. */
  | { readonly do: 'empty'; readonly status?: number }
  /** Never answers; not processed. */
  | { readonly do: 'hang' }
  /** Processed; a token made by it gets the id of the token before it (Rightech). */
  | { readonly do: 'repeat-id' }
  /** Processed; the answer's body is replaced. */
  | { readonly do: 'body'; readonly body: unknown }
  /** Processed; `body` is merged over the answer (or its part `under`), keys `without` taken out. */
  | {
      readonly do: 'merge'
      readonly body?: Readonly<Record<string, unknown>>
      readonly without?: readonly string[]
      readonly under?: string
    }

/** A fault as data: whom it strikes and what it does. */
export type Fault = FaultTarget & FaultAction

/** What awaits one request. */
interface StruckBy {
  readonly delayMs: number
  readonly fault?: Fault
}

/** The faults of one fake API, with what is left of each. */
export interface FaultList {
  readonly replace: (faults: readonly Fault[]) => void
  /** Decides about one request: all delays that match add up, the first other match strikes. */
  readonly take: (method: string, path: string) => StruckBy
}

const actions: ReadonlyMap<string, readonly (readonly [string, 'number' | 'string'])[]> = new Map([
  ['drop-before', []],
  ['drop-after', []],
  ['status', [['status', 'number']]],
  ['delay', [['ms', 'number']]],
  ['drip', [['ms', 'number']]],
  ['redirect', [['to', 'string']]],
  ['huge', []],
  ['gzip-bomb', []],
  ['html', []],
  ['empty', []],
  ['hang', []],
  ['repeat-id', []],
  ['body', []],
  ['merge', []],
])

/**
 * Checks a list of faults that came as JSON.
 * @throws TypeError when it is not a list of faults
 */
export function checkFaults(value: unknown): readonly Fault[] {
  if (!Array.isArray(value)) throw new TypeError('faults must be a list')
  for (const fault of value as readonly Record<string, unknown>[]) {
    if (typeof fault !== 'object' || fault === null || Array.isArray(fault)) {
      throw new TypeError('a fault must be an object, such as {"do":"hang"}')
    }
    const kind = fault['do']
    const known = [...actions.keys()].join(', ')
    if (kind === undefined) throw new TypeError(`a fault needs "do", one of: ${known}`)
    const needed = typeof kind === 'string' ? actions.get(kind) : undefined
    if (needed === undefined) {
      throw new TypeError(`no such fault: ${JSON.stringify(kind)}; "do" is one of: ${known}`)
    }
    for (const [key, type] of needed) {
      if (typeof fault[key] !== type) {
        throw new TypeError(`the fault "${String(kind)}" needs "${key}", a ${type}`)
      }
    }
  }
  return value as readonly Fault[]
}

/** Starts a list of faults that is at first `initial`. */
export function startFaults(initial: readonly Fault[] = []): FaultList {
  let entries = initial.map((fault) => ({ fault, seen: 0, struck: 0 }))

  function take(method: string, path: string): StruckBy {
    let delayMs = 0
    for (const entry of entries) {
      const { fault } = entry
      if (!path.startsWith(fault.path ?? '') || method !== (fault.method ?? method)) continue
      if (entry.struck >= (fault.times ?? Infinity)) continue
      entry.seen += 1
      if (entry.seen <= (fault.after ?? 0)) continue
      entry.struck += 1
      if (fault.do !== 'delay') return { delayMs, fault }
      delayMs += fault.ms
    }
    return { delayMs }
  }

  return {
    replace: (faults) => {
      entries = faults.map((fault) => ({ fault, seen: 0, struck: 0 }))
    },
    take,
  }
}
