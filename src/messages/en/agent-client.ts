// English texts about an agent that is asked for a session.

export const locked = () => ({
  message: 'the agent is locked',
  hint: 'tokn agent unlock',
})

// Why the agent of TOKN_AGENT_SOCK is not asked: "TOKN_AGENT_SOCK: ...".
export const notAPath = () => 'it is no absolute path'
export const noSocket = () => 'there is no socket'
export const notASocket = () => 'it is not a socket'
export const ofAnother = () => 'it belongs to another user'
export const openToAll = () => 'every user can connect to it'

const unanswered = {
  absent: 'nobody listens there',
  barred: 'it cannot be reached from here',
  full: 'it takes no more requests',
  closed: 'it ended the connection',
  silent: 'it does not answer',
  late: 'it did not answer in time',
  unreadable: 'its answer cannot be read',
  foreign: 'its answer is not for this profile',
  keyless: 'it has no key of the file store yet',
  unsure: 'it could not do it itself',
} as const

export const notAnswered = (why: keyof typeof unanswered) => unanswered[why]

/** To where an agent runs that lacks the key of the store, too. */
export const unlocking = () => 'tokn agent unlock'

/** It has promised an answer: it refreshes, or asks a person. */
export const late = (seconds: number) => ({
  message: `the agent has not answered within ${seconds} s: it refreshes, or waits for a person to allow it`,
  hint: 'run the command again: what the agent has begun goes on; or wait longer with --timeout',
})

/** For `--debug`. */
export const asked = (socket: string, what: string, duration: number) =>
  `agent ${socket} -> ${what} (${duration} ms)`
export const noChildSocket = (why: string) => `the program gets no socket of its own: ${why}`
export const notAsked = (why: string) => `no agent is asked: ${why}`

export const forwardedMissing = (profile: string | undefined) =>
  profile === undefined
    ? 'the agent of TOKN_AGENT_SOCK takes no session where none is named: name a profile'
    : `the agent of TOKN_AGENT_SOCK has no session of "${profile}"; where tokn exec has set that, give it -e NAME:${profile} as well`
export const tokensAlone = () =>
  'at the socket of TOKN_AGENT_SOCK there are tokens: token, header, curl, exec and env do without the store'
export const missingInJob = () =>
  'TOKN_AGENT_SOCK names the session of a CI job, which is taken where no profile is named'
export const forwardedGone = (why: string) => ({
  message: `the agent of TOKN_AGENT_SOCK cannot be asked: ${why}`,
  hint: 'start it there, or unset TOKN_AGENT_SOCK and log in here: tokn login',
})
