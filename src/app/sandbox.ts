import type { RunningSandbox, SandboxOptions } from '../commands/context.ts'
import { systemCode, ToknError } from '../core/errors.ts'
import { reasonOf } from '../io/files/system-error.ts'
import { checkFaults } from '../sandbox/faults.ts'
import { sandboxNames, startSandbox } from '../sandbox/server.ts'
import { words } from '../messages/words.ts'

/** Starts the fake APIs. Throws `usage` for faults that are none, or a port that is taken. */
export async function openSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const names = sandboxNames.filter((name) => options.names.includes(name))
  try {
    return await startSandbox({
      names,
      strict: options.strict,
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.ttl === undefined ? {} : { ttlMs: options.ttl }),
      ...(options.clockOffset === undefined ? {} : { clockOffsetMs: options.clockOffset }),
      ...(options.faults === undefined ? {} : { faults: checkFaults(JSON.parse(options.faults)) }),
    })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (systemCode(error) !== undefined) {
      throw new ToknError('usage', words.app.sandboxPortTaken(reasonOf(error)))
    }
    const faults = error instanceof TypeError || error instanceof SyntaxError
    const say = faults ? words.app.badFaults : words.app.sandboxNotStarted
    throw new ToknError('usage', say(error.message))
  }
}
