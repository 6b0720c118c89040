import { variableOf } from '../core/variable.ts'
import { openLogin } from '../session/environment-session.ts'
import { loginFromEnvironment } from '../session/login/login-from-environment.ts'
import type { Ports } from '../session/ports.ts'
import { openSession, type Session } from '../session/session.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { openInMemoryPorts } from './in-memory-ports.ts'
import { openOwnTurns } from './own-turns.ts'
import type { Variables } from './variables.ts'

/** The session of a CI job, in the memory of this process and nowhere else. */
export interface JobSession {
  readonly name: string
  readonly lock: Ports['lock']
  /** Names of the variables for which the login has looked, set or not. */
  readonly asked: ReadonlySet<string>
  /** The session for one request: what it has to tell goes to `warn`, and its time begins now. */
  open(warn: (text: string) => void, timeout?: number): Session
  /** Another number once its tokens are others. */
  generation(): number
}

/** Logs in with what variables say. Throws what a login can throw. */
export async function logInForJob(
  ports: Ports,
  provider: string,
  variables: Variables,
): Promise<JobSession> {
  const inMemory = { ...openInMemoryPorts(ports), lock: openOwnTurns() }
  const asked = new Set<string>()
  const heard = {
    get scopes() {
      asked.add(variableOf('scope'))
      return variables.scopes
    },
    get apiUrls() {
      asked.add(variableOf('api_url'))
      return variables.apiUrls
    },
    read: (name: string) => {
      asked.add(variableOf(name))
      return variables.read(name)
    },
  }
  const login = async (over: Ports) =>
    await loginFromEnvironment(over, provider, heard, undefined, 'job')
  const made = await openLogin({ login }, inMemory)
  return {
    name: made.name,
    lock: inMemory.lock,
    asked,
    open: (warn, timeout = ports.timeout) => {
      const began = elapsed()
      return openSession(
        {
          ...inMemory,
          timeout,
          timeLeft: () => Math.max(0, began + timeout - elapsed()),
          warn,
          warnDaily: async (_, text) => warn(text),
        },
        made.profile,
      )
    },
    generation: () => inMemory.index.get(made.id)?.generation ?? 0,
  }
}
