import { randomBytes } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

/** How a small API of sessions behaves where APIs differ. */
export interface Habits {
  /** What asking to end a session does, and what is answered; a number alone: nothing but that. */
  readonly end: 'ends' | 'ignores' | { readonly ends: boolean; readonly status: number }
  /** How one is asked about: properly, by everybody, with a fixed status, or never knowing any. */
  readonly ask: 'checks' | 'lets all in' | 'knows none' | { readonly status: number }
  /** Set from the first request to end a session on: how one is asked about then. */
  readonly askAfter?: Habits['ask']
  /** Life of a token, in seconds. */
  readonly life?: number
}

export interface Sessions extends Served {
  /** Whether the API itself takes a token. */
  works(token: string): boolean
  /** Ends a session behind everybody's back. */
  end(token: string): void
}

export async function startSessions(habits: Habits): Promise<Sessions> {
  const alive = new Set<string>()
  let ask = habits.ask

  function held({ headers }: Call): string {
    const cookie = /(?:^|; )sid=([^;]+)/.exec(headers['cookie'] ?? '')?.[1]
    return cookie ?? headers['authorization']?.replace('Bearer ', '') ?? ''
  }

  function logIn(): Answer {
    const token = randomBytes(16).toString('hex')
    alive.add(token)
    return { status: 200, json: { token, id: token.slice(0, 8), life: habits.life ?? 600 } }
  }

  function endOne(token: string): Answer {
    ask = habits.askAfter ?? habits.ask
    const { end } = habits
    const ends = end === 'ends' || (typeof end === 'object' && end.ends)
    if (ends) alive.delete(token)
    return { status: typeof end === 'object' ? end.status : 200, json: { ok: true } }
  }

  function tell(token: string): Answer {
    if (typeof ask === 'object') return { status: ask.status, json: { message: 'no' } }
    if (ask === 'knows none') return { status: 200, json: { active: false } }
    if (ask === 'lets all in' || alive.has(token)) return { status: 200, json: { active: true } }
    return { status: 401, json: { message: 'no such session' } }
  }

  const server = await serve((call) => {
    if (call.method === 'POST' && call.path === '/sessions') return logIn()
    if (call.method === 'DELETE') return endOne(held(call))
    return call.path === '/sessions/me' ? tell(held(call)) : { status: 404, json: {} }
  })
  return { ...server, works: (token) => alive.has(token), end: (token) => alive.delete(token) }
}

/** What the program is told of it; `changes` take an operation away or add to one. */
export function sessionsDefinition(changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: 'sessions',
    title: 'Sessions',
    docs: 'https://example.com/docs',
    fields: [],
    attach: { headers: { Authorization: 'Bearer {access}' } },
    login: {
      request: { method: 'POST', path: '/sessions' },
      reply: { access: 'token', expiry: { from: 'life', as: 'seconds' } },
    },
    info: {
      request: { method: 'GET', path: '/sessions/me' },
      reply: { active: { at: 'active', equals: true } },
    },
    logout: { request: { method: 'DELETE', path: '/sessions/me' }, reply: { format: 'none' } },
    rotation: 'none',
    errors: { message: 'message' },
    ...changes,
  }
}
