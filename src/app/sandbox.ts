import type { RunningSandbox, SandboxOptions } from '../commands/context.ts'
import { systemCode, ToknError } from '../core/errors.ts'
import { reasonOf } from '../io/files/system-error.ts'
import { checkFaults } from '../sandbox/faults.ts'
import { sandboxNames, startSandbox } from '../sandbox/server.ts'

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
    const hint =
      error instanceof TypeError || error instanceof SyntaxError
        ? 'a fault is like this: {"do":"status","status":503}'
        : undefined
    const port = systemCode(error) === undefined ? undefined : reasonOf(error)
    throw new ToknError('usage', `the sandbox could not be started: ${port ?? error.message}`, {
      hint: port === undefined ? hint : 'choose another --port, or leave it out',
    })
  }
}
