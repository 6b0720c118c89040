import type { ErrorCode } from './errors.ts'
import type { StoreKind } from './profile.ts'

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

/** A refresher that is to run. */
export interface FleetRequest {
  readonly kind: StoreKind
  /** Milliseconds that a token must have left; absent: as an agent has it. */
  readonly ahead: number | undefined
  tell(event: FleetEvent): void
  readonly interrupted: Promise<void>
}
