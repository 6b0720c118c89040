import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { environmentOfOwnChildren } from '../../core/environment.ts'
import type { Printed } from '../../core/process.ts'
import type { Environment } from '../files/paths.ts'
import { endOf } from './end-of-child.ts'

/** Signals by which the user, or whoever started this program, ends it. */
const interrupting = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs this very program with `variables` of its own and nothing on its standard input. Throws
 * `interrupted` where it was interrupted: so are we then, even where we hear of it later.
 */
export async function runSelf(
  program: string,
  args: readonly string[],
  environment: Environment,
  variables: Readonly<Record<string, string>>,
): Promise<Printed> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environmentOfOwnChildren(environment), ...variables },
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const status = await endOf(child)
  if (interrupting.some((signal) => status === 128 + constants.signals[signal])) {
    throw new ToknError('interrupted', words.demo.cancelled())
  }
  return { status, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }
}

/** From now on, `happened` resolves when the user, or whoever started this program, ends it. */
export function watchInterruption(): { readonly happened: Promise<void> } {
  const happened = new Promise<void>((resolve) => {
    const stay = setInterval(() => undefined, 3_600_000)
    for (const signal of interrupting) {
      process.once(signal, () => {
        clearInterval(stay)
        resolve()
      })
    }
  })
  return { happened }
}
