import type { Context } from '../commands/context.ts'
import { readCredentialLine } from '../commands/credential/read-line.ts'
import { runCredential } from '../commands/credential/run.ts'

/** Runs a line that begins with `credential`; words that are not plainly understood are left to the tree. */
export async function runCredentialLine(context: Context, run = runCredential): Promise<void> {
  const line = readCredentialLine(context.words.slice(1), context.rest)
  if (line === undefined) {
    const { runProgram } = await import('../program.ts')
    return await runProgram(context, context.words)
  }
  const { tool, operands, flags } = line
  await context.checkFlags(flags)
  context.exitWith(await run(context, tool, operands, flags))
}
