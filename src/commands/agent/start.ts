import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { AgentFlags } from '../agent.ts'
import type { Context } from '../context.ts'
import { readLimits } from './keeping.ts'
import { checkFields, tell } from '../output/json.ts'

/** Starts an agent in the background, if none is running. */
export async function startAgent(context: Context, flags: AgentFlags): Promise<void> {
  await checkFields(flags, 'tokn.agent-start/v1')
  const agent = await context.agent(flags, readLimits(flags))
  const { socket } = agent
  const before = await agent.status()
  const started = before === undefined && (await agent.start())
  const running = before ?? (await agent.status())
  // It was busy with starting, or has ended by now.
  if (running === undefined) throw new ToknError('busy', words.agent.startedElsewhere(socket))
  const { pid } = running
  const isLimited = [flags.lifetime, flags.idleExit, flags.confirm].some((one) => one !== undefined)
  const { warn } = context.ports(flags)
  if (!started && isLimited) warn(words.agent.limitsNotTaken())
  const { configuration = agent.configuration } = running
  if (configuration !== agent.configuration) {
    warn(words.agent.servesOthers(configuration, agent.configuration))
  }
  const sentence = (started ? words.agent.started : words.agent.runsAlready)(pid, socket)
  const said = running.store_closed ? `${sentence}; ${words.agentLock.lacksStoreKey()}` : sentence
  tell(context, flags, said, { schema: 'tokn.agent-start/v1', started, pid, socket })
}
