import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import { display } from '../core/text.ts'
import { revokeTokens, type Revocation } from '../session/revoke.ts'
import { checkFields, printJson, wantsJson } from './answer.ts'
import type { ActFlags, Context, SessionFlags } from './context.ts'
import { declare } from './declare.ts'
import { sessionFlags } from './flags.ts'

export type RevokeFlags = SessionFlags & ActFlags

export function revokeCommand(program: Command, context: Context, run = runRevoke): void {
  declare(program, {
    usage: 'revoke <token...>',
    flags: [...sessionFlags, 'yes', 'dryRun'],
    summary: 'revoke tokens by id, by name, or by a beginning of the id that only one has',
    examples: ['tokn revoke 66a66b22 -P iot', 'tokn revoke ci deploy -P iot --dry-run'],
  }).action((tokens: readonly string[], flags: RevokeFlags) => run(context, tokens, flags))
}

export async function runRevoke(
  context: Context,
  tokens: readonly string[],
  flags: RevokeFlags,
): Promise<void> {
  checkFields(flags, 'schema results id name status verified verify_ms error')
  const { ports, profile } = await context.target(flags)
  if (tokens.length > 1 && flags.yes !== true && flags.dryRun !== true) {
    const yes = await context.confirm(flags, `revoke ${tokens.length} tokens of "${profile.name}"?`)
    if (yes === false) throw new ToknError('interrupted', 'nothing was revoked')
  }
  const results = await revokeTokens(ports, profile, tokens, { dryRun: flags.dryRun === true })
  if (wantsJson(flags))
    printJson(context, flags, { schema: 'tokn.revoke/v1', results: results.map(describe) })
  else if (flags.quiet !== true) for (const one of results) context.terminal.say(inWords(one))
  throwForFailures(results)
}

function throwForFailures(results: readonly Revocation[]): void {
  const failed = results.filter((one) => one.status === 'failed' || one.status === 'not_found')
  const [first] = failed
  if (first === undefined) return
  if (failed.length < results.length) {
    throw new ToknError('partial', `${failed.length} of ${results.length} tokens were not revoked`)
  }
  throw new ToknError(
    first.error?.code ?? 'not_found',
    first.error?.message ?? 'the provider knows no such token',
    {
      hint: 'tokn list',
    },
  )
}

function describe(one: Revocation) {
  return {
    id: one.id,
    name: one.name ?? null,
    status: one.status,
    verified: one.verified,
    verify_ms: one.verifyTime ?? null,
    error: one.error ?? null,
  }
}

function inWords({ id, name, status, verified }: Revocation): string {
  const which = display(id, 64) + (name === undefined ? '' : ` (${display(name, 64)})`)
  const proven = status === 'revoked' && verified ? ', and the provider no longer lists it' : ''
  return `${which}: ${status.replace('_', ' ')}${proven}`
}
