import { spawn } from 'node:child_process'
import { environmentOfOwnChildren } from '../../core/environment.ts'
import type { Printed } from '../../core/process.ts'
import type { Environment } from '../files/paths.ts'

/** Runs this very program with `variables` of its own and nothing on its standard input. */
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
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
  return { status, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }
}

/** From now on, `happened` resolves when the user, or whoever started this program, ends it. */
export function watchInterruption(): { readonly happened: Promise<void> } {
  const happened = new Promise<void>((resolve) => {
    const stay = setInterval(() => undefined, 3_600_000)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        clearInterval(stay)
        resolve()
      })
    }
  })
  return { happened }
}
