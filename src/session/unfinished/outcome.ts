import type { Finding } from '../../core/process.ts'
import type { Profile } from '../../core/profile.ts'
import { display, timestamp } from '../../core/text.ts'
import { readableProfiles } from '../choose-profile.ts'
import type { Ports } from '../ports.ts'
import type { Mark } from './find.ts'

export interface MarkOptions {
  readonly fix: boolean
  readonly offline: boolean
}

/** What one mark stands for, and what was done about it. */
export type Verdict = Omit<Finding, 'id'>

/** `a login of "web" was cut off at 2026-02-20T10:53:31Z`. */
export function whatOf({ kind, profile, parent, grant, at }: Mark): string {
  const name = profile?.name ?? grant?.name
  const of = name === undefined ? '' : ` of "${display(name, 64)}"`
  const by = parent === undefined ? '' : ` with the session of "${parent.name}"`
  return `${kind === 'login' ? 'a login' : 'an issue'}${of}${by} was cut off at ${timestamp(at)}`
}

/** A profile by its id, under whatever name it has by now. */
export function profileOf(ports: Ports, id: string | undefined): Profile | undefined {
  return readableProfiles(ports.profiles).find((one) => one.id === id)
}

/** What only `--fix` does. */
export const byFix = 'tokn doctor --fix'
