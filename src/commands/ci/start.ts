import { parseDuration } from '../../core/duration.ts'
import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { impliedProvider } from '../../session/login/implied-provider.ts'
import type { JobOwner, Jobs, RunningJob } from '../../session/job.ts'
import type { CommonFlags, Context } from '../context.ts'
import { flagTable, type FlagName, type FlagsOf } from '../flags/table.ts'
import { checkFields, instant, isQuiet, printJson, wantsJson } from '../output/json.ts'
import { findShell, lineToSet, type ShellName } from '../output/shell.ts'

export const startFlags = [
  'provider',
  'shell',
  'pid',
  'max',
  'new',
  'timeout',
  'ca',
  'proxy',
] as const satisfies FlagName[]

export type StartFlags = CommonFlags & FlagsOf<(typeof startFlags)[number]>

// What the system calls take for the id of a process.
const largestId = 2 ** 31 - 1

/**
 * Starts the session of a job, or takes the one that is there, and prints how a shell has its steps
 * find it. Whatever keeps that from being told also ends what was started.
 */
export async function startJob(context: Context, flags: StartFlags): Promise<void> {
  const shell = flags.shell === undefined ? 'sh' : findShell(flags.shell)
  const longest = parseDuration(flags.max ?? flagTable.max.default, '--max')
  await checkFields(flags, 'tokn.ci-start/v1')
  refuseOthers(context)
  const { provider: named, fromEnvironment } = context.environment
  const provider = flags.provider ?? named ?? impliedProvider(fromEnvironment)
  const jobs = await context.jobs(flags)
  const before = await jobs.find(provider)
  if (before !== undefined && flags.new !== true) {
    if (!before.same) throw new ToknError('usage', words.ci.ofAnotherLogin(before.job.title))
    tell(context, flags, shell, before.job, false)
    return say(context, flags, words.ci.alreadyThere(before.job.title))
  }
  if (provider === undefined) throw new ToknError('usage', words.ci.noProvider())
  const owner = await findOwner(jobs, flags)
  jobs.checkSteps()
  const { job, release } = await jobs.start({ provider, owner, longest })
  const told = jobs.tellSteps(job.socket)
  try {
    tell(context, flags, shell, job, true)
    await release()
  } catch (error) {
    if (told) jobs.forgetSteps()
    throw error
  }
  if (before !== undefined) {
    const line = lineToSet({ shell, told: true }, 'TOKN_AGENT_SOCK', before.job.socket).trimEnd()
    say(context, flags, words.ci.otherStays(before.job.title, `${line}; tokn ci end`))
  }
  const { started, process, shellAlone, takesAll, toldToSteps } = words.ci
  const until = words.times.instant(job.until)
  say(context, flags, started(job.title, process(owner.pid, owner.isShell), until))
  if (owner.pid === 1) say(context, flags, takesAll())
  else if (owner.isShell) say(context, flags, shellAlone())
  if (told) say(context, flags, toldToSteps())
}

/** What every command would take instead of the session: it would be spent for nothing. */
function refuseOthers({ environment, choice }: Context): void {
  const token = environment.tokenVariable(undefined)
  const variable = token ?? (choice({}).environment === undefined ? undefined : 'TOKN_PROFILE')
  if (variable !== undefined) throw new ToknError('usage', words.ci.usedInstead(variable))
}

async function findOwner(jobs: Jobs, { pid }: StartFlags): Promise<JobOwner> {
  if (pid === undefined) {
    const found = await jobs.owner()
    if (found === undefined) throw new ToknError('usage', words.ci.noOwner())
    return found
  }
  if (!/^[0-9]+$/.test(pid)) throw new ToknError('usage', words.ci.notAProcessId(display(pid, 40)))
  const number = /^[1-9][0-9]{0,9}$/.test(pid) ? Number(pid) : largestId + 1
  const found = number > largestId ? undefined : await jobs.owner(number)
  if (found !== undefined) return found
  throw new ToknError('usage', words.ci.notAProcess(display(pid, 40)))
}

function tell(
  context: Context,
  flags: StartFlags,
  shell: ShellName,
  job: RunningJob,
  isNew: boolean,
): void {
  const variable = 'TOKN_AGENT_SOCK'
  const line = lineToSet({ shell, told: true }, variable, job.socket)
  if (!wantsJson(flags)) return context.terminal.out(line)
  printJson(context, flags, {
    schema: 'tokn.ci-start/v1',
    provider: job.provider,
    new: isNew,
    shell,
    variable,
    socket: job.socket,
    line: line.trimEnd(),
    pid: job.pid,
    ends_with_pid: job.owner,
    started_at: instant(job.since),
    ends_at: instant(job.until),
  })
}

function say({ terminal }: Context, flags: CommonFlags, sentence: string): void {
  if (!isQuiet(flags)) terminal.say(sentence)
}
