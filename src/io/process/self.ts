import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentOfOwnChildren } from '../../core/environment.ts'
import { ToknError } from '../../core/errors.ts'
import type { Printed } from '../../core/process.ts'
import { words } from '../../messages/words.ts'
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

/** Resolves when the user, or whoever started this program, ends it. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    const stay = setInterval(() => undefined, 3_600_000)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        clearInterval(stay)
        resolve()
      })
    }
  })
}

/** A new empty folder of the user's own (mode 0700). Throws `usage` where none can be made. */
export function makeTemporaryFolder(): { readonly path: string; remove(): void } {
  let path: string
  try {
    path = mkdtempSync(join(tmpdir(), 'tokn-'))
  } catch (error) {
    throw new ToknError('usage', words.files.noTemporaryFolder(tmpdir()), { cause: error })
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
