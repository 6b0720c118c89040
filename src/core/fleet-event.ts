import type { ErrorCode } from './errors.ts'

/** What a refresher tells of what it does. Nothing in it is secret. */
export type FleetEvent =
  | { readonly event: 'acting'; readonly sessions: number }
  /** Another one acts: `holder` is what that one says of itself. */
  | { readonly event: 'standing-by'; readonly holder: string }
  /** Another one may act now. */
  | { readonly event: 'lost' }
  | {
      readonly event: 'refreshed'
      readonly profile: string
      readonly generation: number
      readonly why: 'ahead' | 'wish'
      /** Milliseconds. */
      readonly duration: number
    }
  | {
      readonly event: 'failed'
      readonly profile: string
      /** `look`: it could not be read. */
      readonly why: 'ahead' | 'wish' | 'look'
      readonly code: ErrorCode
      readonly message: string
    }
  | { readonly event: 'warned'; readonly profile: string; readonly message: string }
  | { readonly event: 'not-reached'; readonly message: string }
  | { readonly event: 'reached' }
  | { readonly event: 'ended' }
