// English texts about the session of a CI job.

export const notOneLine = (name: string) =>
  `the later steps of a job cannot be told ${name}: its value is more than one line`

/** `variable` names a session that every command would use instead. */
export const usedInstead = (variable: string) => ({
  message: `${variable} is set, and every command would use that instead of a session of this job`,
  hint: `unset ${variable}`,
})
export const noProvider = () => ({
  message: 'nothing says which API to log in to',
  hint: 'set TOKN_PROVIDER, or say it: tokn ci start --provider ID',
})
export const notHere = () => ({
  message: 'this system has no sockets that only their user can open, and so no session of a job',
  hint: 'log in once for a job, with TOKN_TOKEN="$(tokn token)"',
})
export const notAProcessId = (given: string) => ({
  message: `--pid is "${given}", which is not the number of a process`,
  hint: 'in a shell $$ is its own: --pid $$',
})
export const notAProcess = (given: string) => ({
  message: `--pid is "${given}", and there is no such process`,
  hint: 'in a shell $$ is its own: --pid $$',
})
export const noOwner = () => ({
  message: 'nothing shows which process runs this job',
  hint: 'say with whose end the session is to end: tokn ci start --pid $$',
})
export const ofAnotherLogin = (title: string) => ({
  message: `this job has a session of ${title} that another login has made`,
  hint: 'end it: tokn ci end; or have one beside it: tokn ci start --new',
})
export const notStarted = (end: number | string | null) =>
  `the process that holds the session of this job ended (${end ?? 'unknown'}) before it could answer`
export const endedMeanwhile = () => ({
  message:
    'the process that holds the session of this job has ended already, as if it had been killed',
  hint: 'tokn ci start',
})
/** What a command says that would take the session which TOKN_AGENT_SOCK names. */
export const ended = () => ({
  message: 'the session of this job, which TOKN_AGENT_SOCK names, has ended',
  hint: 'tokn ci start; or unset TOKN_AGENT_SOCK',
})
export const refused = (why: string) => ({
  message: `the socket of the session of this job, which TOKN_AGENT_SOCK names, is not used: ${why}`,
  hint: 'see to the socket and its folder (modes 0600 and 0700); or unset TOKN_AGENT_SOCK',
})
export const unanswered = () => ({
  message: 'the process that holds the session of this job does not answer',
  hint: 'try again; or unset TOKN_AGENT_SOCK',
})
/** A CI system names a file for what later steps find in their environment. */
export const noSteps = (why: string) => ({
  message: `the later steps of this job cannot be told: GITHUB_ENV: ${why}`,
  hint: 'unset GITHUB_ENV, and have the shell evaluate what tokn ci start prints',
})
export const notUnderstood = () =>
  'the process that holds the session of this job was not understood'
export const notForUsers = () =>
  'this is for tokn itself: it holds the session of a CI job, which tokn ci start begins'
export const busy = () => 'another refresh of the session of this job is not done yet'

export const started = (title: string, owner: string, until: string) =>
  `one session of ${title} for this job; it ends with ${owner}, at ${until} at the latest, or by: tokn ci end`
export const process = (pid: number, isShell: boolean) =>
  isShell ? `this shell (process ${pid})` : `process ${pid}`
export const shellAlone = () =>
  'what runs this shell is the first process of all, which may outlive the job, so the session ends with the shell; --pid names another process'
export const takesAll = () =>
  'the end of the first process ends all others at once, and revokes nothing: end the session before, with tokn ci end'
export const alreadyThere = (title: string) =>
  `this job has a session of ${title} already; it is used (another one: --new)`
export const otherStays = (title: string, line: string) =>
  `the session of ${title} that this job had before goes on until its own end; to end it: ${line}`
export const toldToSteps = () => 'later steps find it by TOKN_AGENT_SOCK (GITHUB_ENV)'

/** Whose session a report is about. */
export const thisJob = () => 'this job'
export const none = () => 'this job has no session that could be ended'
export const outHere = (alive: string) => `erased here; ${alive}`
export const gone = () => ({
  message:
    'what held the session of this job was ended from outside: its token was not revoked, and lives as long as it was made for',
  hint: 'end it where the provider shows its sessions or tokens',
})
export const notOfAJob = () =>
  'TOKN_AGENT_SOCK names an agent that is no part of this job: it is left alone'
export const silent = () => ({
  message: 'the process that holds the session of this job does not answer',
  hint: 'try again: tokn ci end',
})
export const endFailed = () => 'its end failed in a way that was not expected'
