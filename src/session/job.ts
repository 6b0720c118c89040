import type { LogoutResult } from './revoke/logout.ts'

/** A process with whose end the session of a job ends. */
export interface JobOwner {
  readonly pid: number
  /** Tells it from a later one with the same id; empty where the system does not say. */
  readonly start: string
  /** Whether it is the shell that reads what we print. */
  readonly isShell: boolean
}

/** A session that a process of its own holds for a job; times are epoch milliseconds. */
export interface RunningJob {
  readonly socket: string
  readonly pid: number
  readonly provider: string
  /** What the provider calls itself. */
  readonly title: string
  readonly since: number
  readonly until: number
  /** Id of the process with whose end it ends. */
  readonly owner: number
}

export interface Jobs {
  /**
   * The one that `TOKN_AGENT_SOCK` names, or that was told to later steps; `same`: a login with `provider`, if there is to be one, would
   * be the one that it holds.
   */
  find(
    provider: string | undefined,
  ): Promise<{ readonly job: RunningJob; readonly same: boolean } | undefined>
  /**
   * The job of the socket that `TOKN_AGENT_SOCK` names; a text where no command can take its session
   * now, nor do without it. `undefined`: it names no job, or one that another login has made.
   */
  named(provider: string | undefined): Promise<RunningJob | 'ended' | 'unanswered' | undefined>
  /** Whether `TOKN_AGENT_SOCK` names the socket of a job, there or not. */
  namesOne(): boolean
  /** What runs this job or, with `pid`, that process; `undefined` where there is none to be seen. */
  owner(pid?: number): Promise<JobOwner | undefined>
  /** Logs in. Until `release` our end is the end of the session. Throws what a login throws. */
  start(request: {
    readonly provider: string
    readonly owner: JobOwner
    /** Milliseconds. */
    readonly longest: number
  }): Promise<{ readonly job: RunningJob; release(): Promise<void> }>
  /** `gone`: its process was ended from outside. `foreign`: that agent belongs to no job. */
  end(): Promise<LogoutResult | 'gone' | 'foreign' | undefined>
  /** Throws `usage` where later steps, which have a file for that, could not be told. */
  checkSteps(): void
  /** Has later steps find a socket; `false` where they have no file for that. */
  tellSteps(socket: string): boolean
  /** Has them find none. */
  forgetSteps(): void
}
