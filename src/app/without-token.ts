import { isToknError } from '../core/errors.ts'
import type { Environment } from '../io/files/paths.ts'
import { words } from '../messages/words.ts'
import type { AgentPort } from '../session/agent-port.ts'
import { namedProfile } from '../session/choose-profile.ts'
import { explainWithoutAgent, type Meant } from './agent-session.ts'
import { insideExec } from './explain.ts'

/** `error`, where no token was to be had, with what an agent or `exec` has to do with it. */
export function explainWithoutToken(
  error: unknown,
  agent: AgentPort | undefined,
  meant: Meant,
  { TOKN_EXEC: given }: Environment,
): unknown {
  if (given !== undefined && isToknError(error, 'store')) {
    const gone = agent?.problem !== undefined
    const socket = agent?.named !== true ? 'none' : gone ? 'gone' : 'there'
    const profile = namedProfile(meant.choice) ?? ''
    return insideExec(error, words.insideExec.hint({ given, profile, socket }))
  }
  return agent === undefined ? error : explainWithoutAgent(error, agent, meant)
}
