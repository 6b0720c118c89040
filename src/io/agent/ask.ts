import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { showPath } from '../files/system-error.ts'
import { exchange, type Asking } from './exchange.ts'
import type { Reply } from './reply.ts'

/**
 * One request to the agent at `path`, whose socket is checked already; `undefined` where nobody
 * listens. Throws `store` where what listens is no agent, or does not answer within `timeout`
 * milliseconds.
 */
export async function askAgent(
  path: string,
  request: Pick<Asking, 'method' | 'target' | 'headers'>,
  timeout: number,
): Promise<Reply | undefined> {
  const reply = await exchange({ ...request, socket: path, begin: timeout, end: timeout })
  switch (reply) {
    case 'absent':
      return undefined
    case 'closed':
    case 'unreadable':
      throw new ToknError('store', words.agent.notAnAgent(showPath(path)))
    case 'barred':
    case 'full':
    case 'silent':
    case 'late':
      throw new ToknError('store', words.agent.noAnswer(showPath(path)))
    default:
      return reply
  }
}
