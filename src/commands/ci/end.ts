import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { LogoutResult } from '../../session/revoke/logout.ts'
import type { CommonFlags, Context } from '../context.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'
import { logoutInWords } from '../logout.ts'
import { checkFields, instant, isQuiet, printJson, wantsJson } from '../output/json.ts'

export const endFlags = ['timeout'] as const satisfies FlagName[]

export type EndFlags = CommonFlags & FlagsOf<(typeof endFlags)[number]>

/**
 * Ends the session of a job at the provider and here. Where there is none there is nothing to do, since
 * this is also what cleans up after a job that has failed.
 */
export async function endJob(context: Context, flags: EndFlags): Promise<void> {
  await checkFields(flags, 'tokn.ci-end/v1')
  const jobs = await context.jobs(flags)
  const ended = await jobs.end()
  if (ended === undefined || ended === 'foreign') {
    const sentence = ended === undefined ? words.ci.none() : words.ci.notOfAJob()
    return report(context, flags, undefined, [sentence])
  }
  jobs.forgetSteps()
  if (ended === 'gone') throw new ToknError('partial', words.ci.gone())
  const name = words.ci.thisJob()
  report(context, flags, ended, endInWords({ profile: name, ...ended }))
  if (!ended.failed) return
  const why = isQuiet(flags) ? `: ${ended.alive ?? ''}` : ''
  throw new ToknError('partial', words.reports.erasedButAlive(name, ended.doubtful === true, why))
}

/** Where the provider can end nothing, that it is over here is no end of it. */
function endInWords(result: Parameters<typeof logoutInWords>[0]): readonly string[] {
  const { revoked, erased, alive, caveat, doubtful, partial, aliveUntil } = result
  if (revoked || !erased || alive === undefined || caveat !== undefined) {
    return logoutInWords(result)
  }
  const { ofProfile, stillAlive, untilThen } = words.reports
  const until = aliveUntil === undefined ? '' : untilThen(partial === true, aliveUntil)
  return [ofProfile(result.profile, words.ci.outHere(stillAlive(doubtful === true, alive, until)))]
}

function report(
  context: Context,
  flags: EndFlags,
  ended: LogoutResult | undefined,
  sentences: readonly string[],
): void {
  if (wantsJson(flags)) {
    printJson(context, flags, {
      schema: 'tokn.ci-end/v1',
      ended: ended !== undefined,
      revoked: ended?.revoked ?? null,
      verified: ended?.verified ?? null,
      alive_until: instant(ended?.aliveUntil),
      alive: ended?.alive ?? null,
    })
  } else if (flags.quiet !== true) for (const one of sentences) context.terminal.say(one)
}
