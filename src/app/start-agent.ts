import { spawn } from 'node:child_process'
import { agentArgument } from '../agent/argument.ts'
import { environmentOfOwnChildren, ownVariables } from '../core/environment.ts'
import { ToknError } from '../core/errors.ts'
import type { Environment } from '../io/files/paths.ts'
import { words } from '../messages/words.ts'
import { readAgentOutcome, writeAgentRequest, type AgentRequest } from './agent-request.ts'

/** Options of the runtime that keep the memory of a process small which lives on. */
export const small = ['--max-semi-space-size=1']

/**
 * Starts an agent as a process with a session of its own, which outlives this one; gives its process
 * id once it serves; `late` where it does not serve within the time of a request, and was ended. What
 * could be secret goes in by a pipe. Throws what kept it from serving.
 */
export async function startAgent(
  { program, environment }: { readonly program: string; readonly environment: Environment },
  request: Omit<AgentRequest, 'variables'>,
): Promise<number | 'late'> {
  const child = spawn(process.execPath, [...small, program, agentArgument], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: environmentOfOwnChildren(environment),
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(writeAgentRequest({ ...request, variables: ownVariables(environment) }))
  let told = ''
  let deadline: NodeJS.Timeout | undefined
  const end = await new Promise<number | string | undefined>((resolve) => {
    deadline = setTimeout(() => resolve(undefined), request.timeout)
    child.once('error', () => resolve('an error'))
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      told += part
      if (told.endsWith('\n')) resolve(0)
    })
    child.once('close', (code, signal) => resolve(signal ?? code ?? 0))
  })
  clearTimeout(deadline)
  child.unref()
  child.stdout.destroy()
  if (end === undefined) {
    // Whatever it waits for: nobody would know that it serves.
    child.kill('SIGKILL')
    return 'late'
  }
  const outcome = readAgentOutcome(told)
  if (typeof outcome === 'number') return outcome
  throw outcome ?? new ToknError('internal', words.agent.notStarted(end))
}
