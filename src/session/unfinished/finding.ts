import type { Finding } from '../../core/process.ts'
import type { Profile } from '../../core/profile.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { readableProfiles } from '../choose-profile.ts'
import type { Ports } from '../ports.ts'
import type { Unfinished } from './find.ts'

export interface DiagnosisOptions {
  readonly fix: boolean
  readonly offline: boolean
}

/** What is found of one unfinished login or issue, and what was done about it. */
export type UnfinishedFinding = Omit<Finding, 'id'>

/** `a login of "web" was cut off at 2026-02-20T10:53:31Z`. */
export function describeUnfinished({ kind, profile, parent, grant, at }: Unfinished): string {
  const name = profile?.name ?? grant?.name
  const shown = name === undefined ? undefined : display(name, 64)
  return words.unfinished.cutOff({ kind, name: shown, parent: parent?.name, at })
}

/** A profile by its id, under whatever name it has by now. */
export function profileOf(ports: Ports, id: string | undefined): Profile | undefined {
  return readableProfiles(ports.profiles).find((one) => one.id === id)
}

/** What only `--fix` does. */
export const byFix = 'tokn doctor --fix'
