import type { Command } from 'commander'
import type { ActFlags, SessionFlags } from '../context.ts'
import { collect } from './declare.ts'
import { addGrantFlags, type GrantFlags } from './grant.ts'
import { addOauthFlags, type OauthFlags } from './oauth.ts'

export interface LoginFlags extends SessionFlags, ActFlags, GrantFlags, OauthFlags {
  readonly provider?: string
  readonly baseUrl?: string
  readonly apiUrl?: readonly string[]
  readonly set?: readonly string[]
  readonly override?: readonly string[]
  readonly username?: string
  readonly passwordStdin?: boolean
  readonly secretFile?: string
  readonly withToken?: boolean
  readonly remember?: boolean
  readonly force?: boolean
}

export function addLoginFlags(command: Command): void {
  command
    .option('-p, --provider <id>', 'the API; see: tokn provider list')
    .option('--base-url <url>', "where tokens are made, if not at the provider's own address")
    .option('--api-url <url>', 'where the token may be sent besides (repeatable)', collect)
    .option('--set <name=value>', 'answer to a field that is not secret (repeatable)', collect)
    .option(
      '--override <path=value>',
      "a fact of the provider's definition, told differently (repeatable)",
      collect,
    )
    .option('--username <name>', 'short for --set username=..., or email=... where it is called so')
    .option('--password-stdin', 'read the password from standard input')
    .option(
      '--secret-file <path>',
      'read the secret of the login from a file, or from - for standard input',
    )
    .option('--with-token', 'read a token that was made elsewhere from standard input')
    .option('--remember', 'keep the credentials too, to log in again unattended')
    .option('--no-remember', 'do not keep the credentials, and do not ask')
    .option('--force', "spend the last unit of a provider's budget")
  addGrantFlags(command)
  addOauthFlags(command)
}
