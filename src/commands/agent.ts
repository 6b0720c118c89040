import type { Command } from 'commander'
import { words } from '../messages/words.ts'
import { installCommand, runInstall } from './agent/install.ts'
import { keepingFlags, limitFlags, type KeepingFlags, type LimitFlags } from './agent/keeping.ts'
import { lockCommand, runLock } from './agent/lock.ts'
import { runAgent } from './agent/run.ts'
import { startAgent } from './agent/start.ts'
import { showAgent, type StatusFlags } from './agent/status.ts'
import { stopAgent } from './agent/stop.ts'
import { runUnlock, unlockCommand } from './agent/unlock.ts'
import type { CommonFlags, Context } from './context.ts'
import { declare, lineOf } from './flags/declare.ts'
import { requestFlags, type FlagName, type FlagsOf } from './flags/table.ts'

const reads = requestFlags.filter((name) => name !== 'noInput') satisfies FlagName[]

/** What decides how an agent serves. */
export type AgentFlags = CommonFlags & FlagsOf<(typeof reads)[number]> & LimitFlags

export type RunFlags = AgentFlags & KeepingFlags

const runs = {
  run: runAgent,
  start: startAgent,
  stop: stopAgent,
  status: showAgent,
  lock: runLock,
  unlock: runUnlock,
  install: runInstall,
}

export function agentCommand(program: Command, context: Context, run = runs): void {
  const agent = lineOf(program, 'agent')
  declare(agent, {
    usage: 'start',
    group: 'change',
    flags: [...limitFlags, ...reads],
    text: () => words.help.agentStart,
    examples: ['tokn agent start', 'tokn agent start --lifetime 8h --idle-exit 1h'],
  }).action((flags: AgentFlags) => run.start(context, flags))
  declare(agent, {
    usage: 'stop',
    group: 'change',
    text: () => words.help.agentStop,
    examples: ['tokn agent stop'],
  }).action((flags: CommonFlags) => run.stop(context, flags))
  declare(agent, {
    usage: 'status',
    group: 'look',
    flags: ['plain'],
    text: () => words.help.agentStatus,
    examples: ['tokn agent status', 'tokn agent status --json'],
  }).action((flags: StatusFlags) => run.status(context, flags))
  declare(agent, {
    usage: 'run',
    group: 'change',
    flags: [...keepingFlags, ...reads],
    // What an agent serves for weeks is not to hang on the shell that it was started from.
    unheard: ['profile'],
    answers: false,
    text: () => words.help.agentRun,
    examples: [
      'tokn agent run',
      'tokn agent run --debug',
      'tokn agent run --token-file /run/user/1000/tokens/web',
      'tokn agent run --socket /run/tokn/web.sock --group www-data --profile web',
    ],
  }).action((flags: RunFlags) => run.run(context, flags))
  lockCommand(agent, context, run.lock)
  unlockCommand(agent, context, run.unlock)
  installCommand(agent, context, run.install)
}
