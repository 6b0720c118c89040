import { nameConfiguration } from '../io/agent/configuration.ts'
import { isInSocketFolder, namedSocket } from '../io/agent/locate.ts'
import type { Paths } from '../io/files/paths.ts'
import { systemClock } from '../io/process/clock.ts'
import type { AgentPort } from '../session/agent-port.ts'
import { openAgent } from './agent-client.ts'
import type { Beforehand } from './agent-question.ts'
import type { PortsRequest } from './ports.ts'

interface Asking extends PortsRequest {
  readonly place: NonNullable<Beforehand['place']>
  readonly answer: Beforehand['answer']
  readonly paths: Paths
  timeLeft(): number
}

/** The agent at a place, for one command. */
export function openAgentPort(asking: Asking): AgentPort | undefined {
  const { environment, timeout, timeLeft, place, answer, paths, debug, warn } = asking
  return openAgent(place, {
    named: namedSocket(environment) !== undefined,
    get configuration() {
      return nameConfiguration(paths, environment)
    },
    isOfThisMachine: (path) => isInSocketFolder(path, environment, paths.notedHome),
    ...{ timeout, timeLeft, answer, warn },
    now: systemClock.now,
    quiet: asking.quiet === true,
    tell: debug ? warn : undefined,
  })
}
