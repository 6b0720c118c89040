import type { CommonFlags } from '../context.ts'
import { grantFlags } from './grant.ts'
import { oauthFlags } from './oauth.ts'
import { sessionFlags, type FlagName, type FlagsOf } from './table.ts'

export const loginFlags = [
  'provider',
  'baseUrl',
  'apiUrl',
  'set',
  'override',
  'username',
  'passwordStdin',
  'secretFile',
  'withToken',
  'withRefreshToken',
  'remember',
  'noRemember',
  'force',
  'show',
  ...grantFlags,
  ...oauthFlags,
  'yes',
  'dryRun',
  ...sessionFlags,
] as const satisfies FlagName[]

export type LoginFlags = CommonFlags & FlagsOf<(typeof loginFlags)[number]>

/** The flags for a question that an answer given beforehand does not mean. */
export function withoutYes(flags: LoginFlags): LoginFlags {
  const { yes: _, ...others } = flags
  return others
}

export function withoutResource(flags: LoginFlags): LoginFlags {
  const { resource: _, ...others } = flags
  return others
}
