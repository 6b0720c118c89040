import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import { checkFields, tell } from '../output/json.ts'

/** Ends the agent, if one is running. */
export async function stopAgent(context: Context, flags: CommonFlags): Promise<void> {
  await checkFields(flags, 'tokn.agent-stop/v1')
  const agent = await context.agent(flags)
  const stopped = await agent.stop()
  const sentence = stopped ? words.agent.stopped() : words.agent.noneToStop()
  tell(context, flags, sentence, { schema: 'tokn.agent-stop/v1', stopped, socket: agent.socket })
}
