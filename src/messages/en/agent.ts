// English texts about the agent.

export const noSocketFolder = () => ({
  message: 'there is no folder for the socket of an agent',
  hint: 'set XDG_RUNTIME_DIR to a folder of your own that no other user can use (mode 0700)',
})
export const pathTooLong = (path: string, length: number, longest: number) => ({
  message: `${path} is too long for a socket: ${length} bytes, and ${longest} are possible`,
  hint: 'set XDG_RUNTIME_DIR to a folder with a shorter path',
})
export const notASocket = (path: string) => ({
  message: `refusing ${path}: it is no socket, or a link; an agent would be there`,
  hint: `look at what it is, and take it away: ls -l ${path}`,
})
export const linkedFolder = (path: string) => ({
  message: `refusing ${path}: it is a link, and sockets are in folders of their own`,
  hint: `look at what it is, and take it away: ls -l ${path}`,
})
export const openToOthers = (path: string, mode: string) => ({
  message: `refusing ${path}: other users have access to it`,
  hint: `chmod ${mode} ${path}`,
})
export const ofAnother = (path: string) => ({
  message: `refusing ${path}: it belongs to another user`,
  hint: 'set XDG_RUNTIME_DIR to a folder of your own that no other user can use (mode 0700)',
})
export const noAnswer = (path: string) => ({
  message: `the agent at ${path} does not answer`,
  hint: `end the process that has it: lsof ${path}`,
})
export const notAnAgent = (path: string) => `what listens at ${path} is no agent of tokn`
export const started = (pid: number, socket: string) =>
  `the agent is running (process ${pid}), at ${socket}`
export const runsAlready = (pid: number, socket: string) =>
  `an agent is running already (process ${pid}), at ${socket}`
export const limitsNotTaken = () =>
  'the agent that is running keeps the limits that it was started with, and takes none of these: tokn agent stop first'
export const servesOthers = (folder: string, ours: string) =>
  `the agent that is running has the profiles of ${folder}, and is not asked for those of ${ours}: tokn agent stop first`
export const stopped = () => 'the agent has ended'
export const noneToStop = () => 'no agent is running'
export const startedElsewhere = (socket: string) => ({
  message: `another process is starting an agent at ${socket}`,
  hint: 'tokn agent status',
})
export const notRunning = (socket: string) => ({
  message: `no agent is running at ${socket}`,
  hint: 'tokn agent start',
})
export const taken = (socket: string) => ({
  message: `another agent is running at ${socket}`,
  hint: 'tokn agent stop, or end it by its signal where it has --socket',
})
export const notStarted = (end: number | string) =>
  `the agent did not start (it ended with ${end}): run it in the foreground with tokn agent run`
export const startedLate = (seconds: number) => ({
  message: `the agent did not start within ${seconds} s`,
  hint: 'wait longer with --timeout, or see what it does in the foreground: tokn agent run',
})
export const notForUsers = () =>
  'this is for tokn itself: it is an agent that another process of tokn has started'
export const notForWindows = () => 'the agent needs Unix sockets with owners, which Windows lacks'
export const noSocketGiven = (count: string) =>
  `LISTEN_FDS is "${count}": an agent takes one socket, or none`
export const notListening = () => ({
  message: 'LISTEN_FDS names a descriptor that is no socket to listen at',
  hint: 'without LISTEN_FDS the agent makes its own socket',
})
export const notStopping = () => ({
  message: 'the agent does not end',
  hint: 'tokn agent status',
})

export const notOpened = (why: string) =>
  `a connection was closed without an answer, since the program could not be loaded (${why})`
export const serving = (socket: string) => `serving at ${socket}`
export const servingGiven = () => 'serving at the socket that it was given (LISTEN_FDS)'
export const read = (profile: string, generation: number, milliseconds: number) =>
  `${profile}: read generation ${generation} (${milliseconds} ms)`
export const refreshed = (profile: string, generation: number, milliseconds: number) =>
  `${profile}: refreshed generation ${generation} (${milliseconds} ms)`
export const failed = (profile: string, why = 'failed', milliseconds: number) =>
  `${profile}: ${why} (${milliseconds} ms)`
export const noAnswerYet = (seconds: number) => `no answer within ${seconds} seconds`
export const bug = (place: string) => `bug: ${place}`
export const ending = () => 'ending'

export const titles = () => ['PROFILE', 'STATE', 'EXPIRES', 'GENERATION']
export const about = (pid: number, since: string, socket: string) =>
  `process ${pid}, since ${since}, at ${socket}`
export const configuration = (folder: string) => `with the profiles of ${folder}`
export const locksItself = (after: string) =>
  `locks itself ${after} after its start, and after each unlocking`
export const endsIdle = (after: string) => `ends once nobody has asked it anything for ${after}`
export const confirms = () => 'asks a person before each use'
export const keepsFile = (profile: string, path: string) =>
  `keeps the token of "${profile}" in ${path}`
export const locked = (guarded: boolean) =>
  guarded
    ? 'locked, and only its passphrase unlocks it: tokn agent unlock'
    : 'locked: tokn agent unlock'
export const noneInUse = () => 'no profile was asked for lately'
