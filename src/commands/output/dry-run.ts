import { words } from '../../messages/words.ts'
import { printJson, wantsJson } from './json.ts'
import type { CommonFlags, Context } from '../context.ts'

/** One thing that a command would do. */
export interface Step {
  /** The profile, or what else it would be done to. */
  readonly subject: string
  /** A verb and its object: `revoke the token`. */
  readonly would: string
}

/** The whole answer of a command with `--dry-run`. */
export function sayWould(context: Context, flags: CommonFlags, steps: readonly Step[]): void {
  if (wantsJson(flags)) {
    printJson(context, flags, { schema: 'tokn.dry-run/v1', steps })
    return
  }
  for (const { subject, would } of steps) context.terminal.say(words.reports.would(subject, would))
}
