import type { Fault } from '../../../src/sandbox/faults.ts'
import type { SandboxName } from '../../../src/sandbox/server.ts'

/** What the suites have to know of each API to aim at it. */
export interface Aim {
  readonly loginPath: string
  readonly refresh: { readonly method: string; readonly path: string }
  /** The fault that makes one reply say that its token ends at `end` (epoch milliseconds). */
  readonly endAt: (end: number) => Fault
}

const seconds = (instant: number) => Math.floor(instant / 1_000)

export const aims: Readonly<Record<SandboxName, Aim>> = {
  oz: {
    loginPath: '/api/authorize/auth',
    refresh: { method: 'POST', path: '/api/authorize/refresh' },
    endAt: (end) => ({ do: 'merge', times: 1, body: { expire_date: seconds(end) } }),
  },
  mcs: {
    loginPath: '/auth/oauth/v1/token',
    refresh: { method: 'POST', path: '/auth/oauth/v1/token' },
    endAt: (end) => ({
      do: 'merge',
      times: 1,
      body: { expired_in: String(Math.max(1, seconds(end - Date.now()))) },
    }),
  },
  rightech: {
    loginPath: '/api/v1/auth/token',
    refresh: { method: 'POST', path: '/api/v1/tokens' },
    endAt: (end) => ({ do: 'merge', times: 1, body: { expiresAt: end } }),
  },
  hosterby: {
    loginPath: '/service/account/create/token',
    refresh: { method: 'PATCH', path: '/token/refresh' },
    endAt: (end) => ({
      do: 'merge',
      times: 1,
      under: 'payload',
      body: { dateExpires: seconds(end) },
    }),
  },
}
