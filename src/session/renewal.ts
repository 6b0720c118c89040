import type { Held } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Attempt } from './recovery.ts'
import type { RefreshWanted } from './wanted.ts'

/** One attempt to get new tokens for a session. */
export interface Renewal {
  readonly profile: Profile
  readonly provider: Provider
  readonly record: SessionRecord
  readonly wanted: RefreshWanted
  readonly attempt: Attempt
  readonly held: Held
}
