import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Target } from '../session/target.ts'
import { carry, checkOrigin, type Carried } from '../session/carry.ts'
import type { Context } from './context.ts'
import { closing, readCurlArguments, requestsOf } from './curl-arguments.ts'
import { curlConfig, curlIdentity } from './curl-config.ts'
import { declare } from './declare.ts'
import { addFreshFlags, freshRecord, type FreshFlags } from './token.ts'

export function curlCommand(program: Command, context: Context, run = runCurl): void {
  const command = declare(program, {
    usage: 'curl [profile]',
    summary: 'run curl with the token, which never shows in the process list',
    examples: [
      'tokn curl web -- https://serviceapi.hoster.by/cloud/orders',
      'tokn curl vis -- -F file=@car.jpg https://smarty.mail.ru/api/v1/objects/detect',
    ],
  })
  addFreshFlags(command).action(async (profile: string | undefined, flags: FreshFlags) => {
    context.exitWith(await run(context, profile, flags))
  })
}

export async function runCurl(
  context: Context,
  positional: string | undefined,
  flags: FreshFlags,
): Promise<number> {
  if (context.rest === undefined || context.rest.length === 0) {
    throw new ToknError('usage', 'what curl is to do comes after --', {
      hint: 'tokn curl PROFILE -- https://...',
    })
  }
  const { urls, others } = readCurlArguments(context.rest)
  const { target, record } = await freshRecord(context, positional, flags)
  for (const url of urls) checkOrigin(record, url)
  const carried = await withProof(carry(record), target, record, requestsOf(context.rest, urls))
  return await context.runChild({
    command: 'curl',
    // First, so that no configuration of the user's own redirects or prints.
    args: ['--disable', '--config', ...others, ...closing],
    // curl would write the keys of its connections there, and with them the token.
    variables: { SSLKEYLOGFILE: undefined },
    pipe: { at: 2, text: curlConfig(carried, urls) + curlIdentity(target.profile) },
  })
}

/** Adds the proof that a token bound to a key needs, for the one request that it holds for. */
async function withProof(
  carried: Carried,
  { ports, profile }: Target,
  record: SessionRecord,
  requests: ReadonlyArray<{ readonly method: string; readonly url: URL }>,
): Promise<Carried> {
  if (record.attach.bound !== true) return carried
  const [request, second] = requests
  if (request === undefined || second !== undefined) {
    throw new ToknError('usage', 'a token that is bound to a key goes with one request at a time', {
      hint: 'run curl once for each URL',
    })
  }
  const { method, url } = request
  const provider = await ports.provider(profile)
  const proof = await provider.prove?.(record, method, url, ports.clock.now())
  return { ...carried, headers: [...carried.headers, ...Object.entries(proof ?? {})] }
}
