import { isToknError, ToknError } from '../core/errors.ts'
import type { StoreKind } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import type { AgentFresh, AgentPort } from '../session/agent-port.ts'
import { folderProfile, namedProfile, type ProfileChoice } from '../session/choose-profile.ts'
import type { Fresh, FreshOptions } from '../session/fresh.ts'
import type { Ports } from '../session/ports.ts'
import { openSession, type Session } from '../session/session.ts'
import type { Variables } from './variables.ts'

/** A session that an agent has, with a good token of it. */
export interface AgentSession {
  readonly session: Session
  readonly fresh: Fresh
}

/** What a command line says of the session that it means. */
export interface Meant {
  readonly choice: ProfileChoice
  readonly variables: Pick<Variables, 'tokenVariable' | 'provider'>
  /** Absent: that of the profile. */
  readonly store: StoreKind | undefined
  /** Whether the environment names the socket of a CI job. */
  readonly namesJob: boolean
  /** Whether that agent has the session of a CI job, and a login now would be the one that it holds. */
  ofJob(): Promise<boolean>
}

/**
 * Asks an agent for a session before anything is read here: it knows the profiles. `undefined` where
 * it has no such session, and where the environment says more: a token, or a login without a profile.
 * Throws what `fresh` throws.
 */
export async function askAgentFirst(
  ports: Ports,
  agent: AgentPort,
  { choice, variables, store, ofJob }: Meant,
  options: FreshOptions,
): Promise<AgentSession | undefined> {
  const named = namedProfile(choice)
  if (variables.tokenVariable(named) !== undefined) return undefined
  if (named === undefined && agent.named && (await ofJob())) {
    return opened(ports, await agent.freshByName('', options))
  }
  if (named === undefined && variables.provider !== undefined) return undefined
  const folder = folderProfile(choice)?.name
  if (folder !== undefined && variables.tokenVariable(folder) !== undefined) return undefined
  const name = named ?? folder
  const given = await agent
    .freshByName(name ?? '', options, store)
    .catch(async (error: unknown) => {
      const { goAroundByName } = await import('../session/around-agent.ts')
      return goAroundByName(ports, name, { named: agent.named, error })
    })
  return opened(ports, given)
}

function opened(ports: Ports, given: AgentFresh | undefined): AgentSession | undefined {
  if (given === undefined) return undefined
  const { record, refreshed, profile } = given
  return { session: openSession(ports, profile), fresh: { record, refreshed, fromAgent: true } }
}

/** `error`, where a session was looked for here since the agent did not give it. */
export function explainWithoutAgent(
  error: unknown,
  { named, problem }: AgentPort,
  { choice, namesJob }: Pick<Meant, 'choice' | 'namesJob'>,
): unknown {
  if (!isToknError(error, 'store', 'not_found')) return error
  if (!named) return problem === keyless() ? withUnlocking(error) : error
  const { forwardedGone, forwardedMissing, missingInJob } = words.agentClient
  if (problem !== undefined && error.code === 'not_found') {
    return new ToknError('store', forwardedGone(problem))
  }
  const { code, message, details } = error
  const name = namedProfile(choice) ?? folderProfile(choice)?.name
  const missing = namesJob ? missingInJob() : forwardedMissing(name)
  const further = problem === undefined ? missing : forwardedGone(problem).message
  return new ToknError(code, message, {
    ...details,
    hint: [...[details.hint ?? []].flat(), further],
  })
}

const keyless = () => words.agentClient.notAnswered('keyless')

/** Whoever has the key can give it to the agent, too. */
function withUnlocking(error: ToknError): ToknError {
  const { code, message, details } = error
  const hint = [words.agentClient.unlocking(), ...[details.hint ?? []].flat()]
  return code === 'store' ? new ToknError(code, message, { ...details, hint }) : error
}
