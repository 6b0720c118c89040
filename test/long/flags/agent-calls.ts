import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../support/home.ts'
import { start, type Ended } from '../../support/run.ts'
import { until } from '../../support/until.ts'
import type { Call, Stage } from './world.ts'

/** Where the sockets of this stage alone are. */
export function runtime({ home }: Stage): { readonly XDG_RUNTIME_DIR: string } {
  const folder = join(home.path, 'run')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return { XDG_RUNTIME_DIR: folder }
}

/** Its socket is there from when it serves to when it ends. */
function socketOf(stage: Stage): string {
  return join(runtime(stage).XDG_RUNTIME_DIR, 'tokn/agent.sock')
}

export async function endAgent(stage: Stage): Promise<void> {
  if (existsSync(socketOf(stage))) await stage.tokn(['agent', 'stop', '--quiet'], runtime(stage))
}

/** A command for an agent that is running. */
function running(command: string): Call {
  return async (stage) => {
    const env = runtime(stage)
    if (!existsSync(socketOf(stage))) await stage.tokn(['agent', 'start'], env)
    return { args: ['agent', command], env }
  }
}

/** A command for which no agent may be running. */
function alone(command: string): Call {
  return async (stage) => {
    await endAgent(stage)
    return { args: ['agent', command], env: runtime(stage) }
  }
}

export const agentCalls: Readonly<Record<string, Call>> = {
  'agent start': alone('start'),
  'agent run': alone('run'),
  'agent stop': running('stop'),
  'agent status': running('status'),
  'agent lock': running('lock'),
  'agent unlock': running('unlock'),
  'agent install': async () => ({ args: ['agent', 'install'] }),
}

/** It serves until it is ended, which is once it has a socket; or it ends by itself. */
export async function callAgentRun(
  stage: Stage,
  args: readonly string[],
  env: Environment,
): Promise<Ended> {
  const { child, ended } = start(args, { home: stage.home, env })
  await until(() => child.exitCode !== null || existsSync(socketOf(stage)))
  child.kill('SIGINT')
  return await ended
}
