import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { attachToken, headerLines } from '../session/attach-token.ts'
import { headerFormats, namesOf, readFormat } from './output/formats.ts'
import { checkFields, printJson } from './output/json.ts'
import type { CommonFlags, Context } from './context.ts'
import { declare } from './flags/declare.ts'
import { freshFlags, sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { words } from '../messages/words.ts'
import { freshRecord } from './token.ts'
import { tokenInWords, wordOf } from '../session/naming.ts'

const reads = [...freshFlags, 'output', ...sessionFlags] as const satisfies FlagName[]

export type HeaderFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function headerCommand(program: Command, context: Context, run = runHeader): void {
  declare(program, {
    usage: 'header [profile]',
    group: 'everyday',
    flags: reads,
    choices: { output: namesOf(headerFormats) },
    text: () => words.help.header,
    examples: [
      'curl -H "$(tokn header web)" https://api.example.com/',
      'curl -K <(tokn header web -o curl) https://api.example.com/',
      'tokn header vis -o query',
    ],
  }).action((profile: string | undefined, flags: HeaderFlags) => run(context, profile, flags))
}

export async function runHeader(
  context: Context,
  positional: string | undefined,
  flags: HeaderFlags,
): Promise<void> {
  const format = readFormat(flags, headerFormats, 'a header')
  const place = format === 'json' ? undefined : headerFormats[format].place
  await checkFields(flags, 'tokn.header/v1')
  const { session, record } = await freshRecord(context, positional, flags, (provider, profile) => {
    const attached = provider.attach({ context: {} }, profile.settings)
    const [headers, cookies, queries] = [attached.headers, attached.cookies, attached.query].map(
      (part) => Object.keys(part ?? {}).length,
    ) as [number, number, number]
    // What only the login itself tells may be missing here: then nothing is known.
    if (headers + cookies + queries > 0) checkPlace(place, headers + cookies, queries, profile)
  })
  if (record.attach.bound === true) throw needsProof(session.profile)
  const carried = attachToken(record)
  if (format === 'json') {
    printJson(context, flags, {
      schema: 'tokn.header/v1',
      profile: session.name,
      headers: Object.fromEntries(headerLines(carried)),
      query: Object.fromEntries(carried.query),
    })
    return
  }
  checkPlace(place, headerLines(carried).length, carried.query.length, session.profile)
  context.terminal.out(headerFormats[format].render(carried))
}

/** Throws `usage` where the token does not travel in such a place. */
function checkPlace(
  place: 'header' | 'query' | undefined,
  headers: number,
  queries: number,
  profile: Profile,
): void {
  if (place === 'query' && queries === 0) {
    throw new ToknError(
      'usage',
      words.commands.sentInHeader(tokenInWords(profile), wordOf(profile)),
    )
  }
  if (place === 'header' && headers === 0) {
    throw new ToknError('usage', words.commands.sentInQuery(tokenInWords(profile), wordOf(profile)))
  }
}

function needsProof(profile: Profile): ToknError {
  const said = words.commands.boundToKey(tokenInWords(profile), wordOf(profile))
  return new ToknError('usage', said)
}
