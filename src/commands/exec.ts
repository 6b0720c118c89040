import type { Command } from 'commander'
import type { ChildRequest } from '../core/process.ts'
import { isFailure, ToknError } from '../core/errors.ts'
import { timestamp } from '../core/data-text.ts'
import { display } from '../core/text.ts'
import type { KeptForChild } from '../session/kept-for-child.ts'
import type { CommonFlags, Context, SessionFlags } from './context.ts'
import { complete } from './flags/declare.ts'
import { flagTable, freshFlags, sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { words } from '../messages/words.ts'
import type { Session } from '../session/session.ts'
import { freshRecord, readMinTtl } from './token.ts'
import type { Wish } from './wishes.ts'

const reads = [
  ...freshFlags,
  'env',
  'file',
  'keepalive',
  ...sessionFlags,
] as const satisfies FlagName[]

export type ExecFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

/** Exit status when no token could be had, so that it differs from anything the child says. */
const noToken = 111

export function execCommand(program: Command, context: Context, run = runExec): void {
  complete(program, 'exec', {
    rest: 'COMMAND [ARGUMENT...]',
    flags: reads,
    answers: false,
    examples: [
      'tokn exec web -e API_TOKEN -- ./job',
      'tokn exec -e WEB_TOKEN:web -e IOT_TOKEN:iot -- ./sync',
      'tokn exec web --file TOKEN_FILE --keepalive -- ./work-for-hours',
    ],
  }).action(async (profile: string | undefined, flags: ExecFlags) => {
    context.exitWith(await run(context, profile, flags))
  })
}

export async function runExec(
  context: Context,
  positional: string | undefined,
  flags: ExecFlags,
): Promise<number> {
  const [command, ...args] = context.rest ?? []
  if (command === undefined) {
    throw new ToknError('usage', words.commands.programMissing())
  }
  const { env, file } = flags
  const tokens = env ?? (file === undefined ? [flagTable.env.default] : [])
  const wishes = [
    ...tokens.map((text) => readWish(text, false)),
    ...(file ?? []).map((text) => readWish(text, true)),
  ]
  const keeps = file !== undefined || flags.keepalive === true
  if (keeps || env !== undefined) (await import('./wishes.ts')).checkWishes(wishes, flags)
  const variables: Record<string, string> = {}
  const sessions = new Map<string, Session>()
  const files: Array<KeptForChild['files'][number]> = []
  const alive = new Map<string, { readonly session: Session }>()
  const stores: string[] = []
  let ofJob: Session | undefined
  for (const { name, profile, isFile } of wishes) {
    const { session, record, fromAgent } = await orNoToken(
      freshRecord(context, profile ?? positional, withoutProfile(flags, profile)),
    )
    stores.push(session.profile.store)
    // Where there is no profile, a child that looks for one would find none.
    if (session.source === 'store') {
      variables['TOKN_PROFILE'] = session.name
      sessions.set(session.name, session)
    }
    if (session.source === 'login' && fromAgent === true) ofJob = session
    if (flags.keepalive === true) alive.set(session.id, { session })
    if (isFile) files.push({ variable: name, session, record, atLeast: readMinTtl(context, flags) })
    else variables[name] = record.access.reveal()
    // That of a file is another one by then.
    if (!isFile && record.expiry.state === 'at') {
      variables['TOKN_EXPIRES_AT'] = timestamp(record.expiry.at)
    }
  }
  variables['TOKN_EXEC'] = [...sessions.keys()].join(',')
  if (ofJob !== undefined) {
    // It has a socket for itself alone already, which is of no use beside another one.
    variables['TOKN_AGENT_SOCK'] = context.environment.fromEnvironment('agent_sock') ?? ''
    if (sessions.size > 0 && !sessions.has(ofJob.name)) sessions.set(ofJob.name, ofJob)
  }
  const kept = keeps
    ? await orNoToken(context.keepForChild(flags, { files, alive: [...alive.values()] }))
    : undefined
  try {
    const request = { command, args, stores, variables: { ...variables, ...kept?.variables } }
    return await runServed(context, flags, [...sessions.values()], {
      ...request,
      started: kept?.begin,
    })
  } finally {
    kept?.close()
  }
}

/** Runs a program that can have good tokens of `served` at a socket of its own. */
async function runServed(
  context: Context,
  flags: ExecFlags,
  served: readonly Session[],
  request: ChildRequest,
): Promise<number> {
  const socket = served.length > 0 ? await context.serveChild(flags, served) : undefined
  if (socket === undefined) return await context.runChild(request)
  try {
    const variables = { ...request.variables, TOKN_AGENT_SOCK: socket.path }
    const ended = context.runChild({ ...request, variables })
    await socket.sweep()
    return await ended
  } finally {
    socket.remove()
  }
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

function readWish(text: string, isFile: boolean): Wish {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?::(.+))?$/.exec(text)
  if (match?.[1] === undefined) {
    throw new ToknError(
      'usage',
      words.commands.notAVariableAndProfile(isFile ? '--file' : '-e', display(text, 60)),
    )
  }
  return { name: match[1], profile: match[2], isFile }
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
