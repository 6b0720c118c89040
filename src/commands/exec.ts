import type { Command } from 'commander'
import { isFailure, ToknError } from '../core/errors.ts'
import { display, timestamp } from '../core/text.ts'
import type { CommonFlags, Context, SessionFlags } from './context.ts'
import { declare } from './flags/declare.ts'
import { flagTable, freshFlags, sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { words } from '../messages/words.ts'
import { freshRecord } from './token.ts'

const reads = [...freshFlags, 'env', ...sessionFlags] as const satisfies FlagName[]

type ExecFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

/** Exit status when no token could be had, so that it differs from anything the child says. */
const noToken = 111

export function execCommand(program: Command, context: Context, run = runExec): void {
  declare(program, {
    usage: 'exec [profile]',
    group: 'everyday',
    rest: 'COMMAND [ARGUMENT...]',
    flags: reads,
    answers: false,
    text: () => words.help.exec,
    examples: [
      'tokn exec web -e API_TOKEN -- ./job',
      'tokn exec -e WEB_TOKEN:web -e IOT_TOKEN:iot -- ./sync',
    ],
  }).action(async (profile: string | undefined, flags: ExecFlags) => {
    context.exitWith(await run(context, profile, flags))
  })
}

async function runExec(
  context: Context,
  positional: string | undefined,
  flags: ExecFlags,
): Promise<number> {
  const [command, ...args] = context.rest ?? []
  if (command === undefined) {
    throw new ToknError('usage', words.commands.programMissing())
  }
  const wishes = (flags.env ?? [flagTable.env.default]).map(readWish)
  const variables: Record<string, string> = {}
  for (const { name, profile } of wishes) {
    const { session, record } = await orNoToken(
      freshRecord(context, profile ?? positional, withoutProfile(flags, profile)),
    )
    variables[name] = record.access.reveal()
    // Where there is no profile, a child that looks for one would find none.
    if (session.source === 'store') variables['TOKN_PROFILE'] = session.name
    if (record.expiry.state === 'at') variables['TOKN_EXPIRES_AT'] = timestamp(record.expiry.at)
  }
  return await context.runChild({ command, args, variables })
}

async function orNoToken<Result>(asked: Promise<Result>): Promise<Result> {
  try {
    return await asked
  } catch (error) {
    if (!isFailure(error) || error.code === 'usage') throw error
    throw new ToknError(error.code, words.commands.noTokenForProgram(error.message), {
      ...error.details,
      exit: noToken,
    })
  }
}

function readWish(text: string): { name: string; profile: string | undefined } {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?::(.+))?$/.exec(text)
  if (match?.[1] === undefined) {
    throw new ToknError('usage', words.commands.notAVariableAndProfile(display(text, 60)))
  }
  return { name: match[1], profile: match[2] }
}

/** A profile named with its variable stands alone: `-P` speaks for the others. */
function withoutProfile<Flags extends SessionFlags>(
  flags: Flags,
  named: string | undefined,
): Flags {
  if (named === undefined) return flags
  const { profile: _, ...others } = flags
  return others as Flags
}
