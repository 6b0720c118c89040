import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { environmentOfTool } from '../../core/environment.ts'
import type { Printed, ProgramRequest } from '../../core/process.ts'
import type { Environment } from '../files/paths.ts'
import { explainStart } from './child-error.ts'
import { endOf } from './end-of-child.ts'

/** Most that is kept of what a program prints, in bytes of one stream. */
const longestOutput = 1_048_576

/** See `RunProgram`. */
export async function runProgram(
  { command, args, input, inherits, variables, limit }: ProgramRequest,
  environment: Environment,
): Promise<Printed | undefined> {
  let child: ChildProcess | undefined
  try {
    child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...environmentOfTool(environment, inherits), ...variables },
      // A group of its own, so that what it has started ends with it, and no terminal to ask at.
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    const out = collect(child.stdout)
    const err = collect(child.stderr)
    // It may end without reading all of it.
    child.stdin?.on('error', () => undefined).end(input)
    const status = await endWithin(child, limit)
    return status === undefined ? undefined : { status, out: out(), err: err() }
  } catch (error) {
    // Some errors are thrown, and others are events.
    throw explainStart(command, error)
  } finally {
    child?.stdout?.destroy()
    child?.stderr?.destroy()
  }
}

/** Its status, that of a shell where a signal ended it; `undefined` after `limit` milliseconds. */
async function endWithin(child: ChildProcess, limit: number): Promise<number | undefined> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => {
        kill(child)
        resolve(undefined)
      }, limit)
      endOf(child).then(resolve, reject)
    })
  } finally {
    clearTimeout(timer)
  }
}

function kill(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
  child.unref()
}

function collect(stream: Readable | null): () => string {
  const chunks: Buffer[] = []
  let length = 0
  stream?.on('data', (chunk: Buffer) => {
    if (length < longestOutput) chunks.push(chunk)
    length += chunk.length
  })
  return () => Buffer.concat(chunks).toString()
}
