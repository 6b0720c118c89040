import type { Command } from 'commander'
import { attachToken, headerLines } from '../session/attach-token.ts'
import { namesOf, readFormat } from './output/formats.ts'
import { checkFields, printJson } from './output/json.ts'
import type { CommonFlags, Context } from './context.ts'
import { complete } from './flags/declare.ts'
import { freshFlags, sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { handOut, print } from './token.ts'
import { needsProof } from './output/refusals.ts'

const reads = [...freshFlags, 'output', 'var', 'for', ...sessionFlags] as const satisfies FlagName[]

export type HeaderFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function headerCommand(program: Command, context: Context, run = runHeader): void {
  complete(program, 'header', {
    flags: reads,
    choices: { output: namesOf('header') },
    examples: [
      'curl -H "$(tokn header web)" https://api.example.com/',
      'curl -K <(tokn header web -o curl) https://api.example.com/',
      'tokn header vis -o query',
      'tokn header web -o map --for https://api.example.com/',
    ],
  }).action((profile: string | undefined, flags: HeaderFlags) => run(context, profile, flags))
}

export async function runHeader(
  context: Context,
  positional: string | undefined,
  flags: HeaderFlags,
): Promise<void> {
  const format = readFormat(flags, 'header', 'a header')
  await checkFields(flags, 'tokn.header/v1')
  const given = await handOut(context, positional, flags, format)
  if (format !== 'json') return await print(context, format, given, flags)
  const { session, record } = given
  if (record.attach.bound === true) throw needsProof(session.profile)
  const carried = attachToken(record)
  printJson(context, flags, {
    schema: 'tokn.header/v1',
    profile: session.name,
    headers: Object.fromEntries(headerLines(carried)),
    query: Object.fromEntries(carried.query),
  })
}
