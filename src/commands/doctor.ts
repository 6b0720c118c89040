import type { Command } from 'commander'
import type { Colours, Finding } from '../core/process.ts'
import { ToknError } from '../core/errors.ts'
import { checkFields, printJson, wantsJson } from './output/json.ts'
import { checkPlain, printPlain } from './output/plain-rows.ts'
import { words } from '../messages/words.ts'
import type { CommonFlags, Context } from './context.ts'
import { complete } from './flags/declare.ts'
import { requestFlags, type FlagName, type FlagsOf } from './flags/table.ts'

const reads = ['fix', 'offline', 'plain', ...requestFlags] as const satisfies FlagName[]

type DoctorFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function doctorCommand(program: Command, context: Context, run = runDoctor): void {
  complete(program, 'doctor', {
    flags: reads,
    examples: ['tokn doctor', 'tokn doctor --fix', 'tokn doctor --json'],
  }).action((flags: DoctorFlags) => run(context, flags))
}

async function runDoctor(context: Context, flags: DoctorFlags): Promise<void> {
  checkPlain(flags)
  await checkFields(flags, 'tokn.doctor/v1')
  const found = await context.examine(flags, {
    fix: flags.fix === true,
    offline: flags.offline === true,
  })
  const findings = found.map((one) => ({ ...one, fix: fixOf(one) }))
  const failed = findings.filter(({ status }) => status === 'fail')
  const checks = findings.map((one) => ({ ...one, fix: one.fix ?? null }))
  if (wantsJson(flags)) {
    printJson(context, flags, { schema: 'tokn.doctor/v1', ok: failed.length === 0, checks })
  } else if (flags.plain === true) printPlain(context, 'doctor', checks)
  else {
    const colours = await context.terminal.colours(flags)
    for (const finding of findings) {
      const fix = finding.fix === undefined ? undefined : context.completed(finding.fix)
      context.terminal.show(...linesOf({ ...finding, fix }, colours))
    }
  }
  if (failed.length === 0) return
  throw new ToknError('check_failed', words.reports.checksFailed(failed.length, findings.length), {
    hint: failed[0]?.fix?.split('\n'),
  })
}

function fixOf({ fix }: Finding): string | undefined {
  const said = fix === undefined ? '' : words.doctor.withoutItself(fix)
  return said === '' ? undefined : said
}

function linesOf({ id, status, detail, fix }: Finding, colours: Colours): readonly string[] {
  const paint = {
    ok: colours.green,
    fixed: colours.green,
    warn: colours.yellow,
    fail: colours.red,
    skip: colours.dim,
  }[status]
  const next = fix?.split('\n').map((line) => `        ${colours.dim(line)}`) ?? []
  return [`${paint(status.padEnd(6))}  ${id}: ${detail}`, ...next]
}
