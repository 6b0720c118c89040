import type { Printed } from '../../core/process.ts'
import type { Attachment } from '../../core/token.ts'

/** The clients whose configuration is written here, in the order of help. */
export const clientNames = ['git', 'docker', 'kubectl', 'keyring'] as const

export type ClientName = (typeof clientNames)[number]

/** One value that was written into the configuration of a client, and what stood there before. */
export interface Written {
  readonly client: ClientName
  readonly path: string
  /** What the client calls it; a file that was made as a whole has none. */
  readonly key: string
  readonly value: readonly string[]
  readonly before: readonly string[]
  /** The origin that it is for, where it is for one. */
  readonly origin?: string | undefined
  /** The ids of the profiles that it serves: it is taken back with the last of them. */
  readonly profiles: readonly string[]
}

/** An origin that a profile answers for because a setup was told so. */
export interface AddedHost {
  readonly client: ClientName
  readonly origin: string
  readonly profile: string
}

/** What setups have done so far, by which it is undone. */
export interface SetupNote {
  readonly written: readonly Written[]
  readonly hosts: readonly AddedHost[]
}

export type Outcome = 'written' | 'unchanged' | 'removed' | 'absent' | 'kept' | 'shared'

/** One thing to do, or not, with what is there now. */
export interface Change {
  readonly path: string
  readonly key: string
  readonly outcome: Outcome
  /** As it will be; `null`: gone. */
  readonly value: string | null
  /** What else is there for the same, and stays, or comes back. */
  readonly before: readonly string[]
  /** To note before it is done; or, of an undo, to forget afterwards. */
  readonly note?: Written | undefined
  /** Absent where there is nothing to do. */
  readonly apply?: (() => Promise<void>) | undefined
}

/** Where the configurations of clients are, and how they are read and written. Paths are absolute. */
export interface SetupWorld {
  readonly gitFile: string
  /** That of docker, there or not; and those that podman and skopeo have, where they are there. */
  readonly dockerFiles: readonly string[]
  /** What KUBECONFIG says, which may be several files, or the usual one. */
  readonly kubeconfig: string
  /** A folder of our own. */
  readonly keyringFolder: string
  /** Node with its options and this very program. */
  readonly ownLine: readonly string[]
  readonly windows: boolean
  /** A path for a person. */
  shown(path: string): string
  isOnPath(program: string): boolean
  /** The text of a file of the user's; `undefined` where there is none. Throws `usage`. */
  read(path: string): string | undefined
  /** Replaces what `read` gave, or makes the file, for its user alone. Throws `usage`, `store`, `busy`. */
  write(path: string, text: string, before: string | undefined, executable?: boolean): void
  /** Replaces a file by what `change` makes of a copy of it. Throws as `write`. */
  edit(path: string, change: (copy: string) => Promise<void>): Promise<void>
  remove(path: string): void
  /** Runs a program of the user's; `undefined` where it is not installed. Throws `network` after a time. */
  run(
    command: string,
    args: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ): Promise<Printed | undefined>
  readNote(): SetupNote
  writeNote(note: SetupNote): void
}

/** What is to be set up. */
export interface SetupRequest {
  readonly profile: { readonly name: string; readonly id: string }
  /** Whether the user has named it; then it is named to the client, where that is possible. */
  readonly isNamed: boolean
  /** Origins that the client is to ask for. */
  readonly origins: readonly string[]
  /** All origins that the profile answers for by then. */
  readonly answers: readonly string[]
  /** Further flags of ours for the command that the client runs. */
  readonly flags: readonly string[]
}

/** What one client needs. Each call looks, and changes nothing before a change is applied. */
export interface SetupClient {
  /**
   * Whether it can send a token that travels so, as far as that is known without the token. Of a profile
   * that is not named, what is set up may serve others as well.
   */
  readonly canSend: (attach: Attachment, isNamed: boolean) => boolean
  plan(world: SetupWorld, request: SetupRequest): Promise<readonly Change[]>
  undo(world: SetupWorld, written: readonly Written[]): Promise<readonly Change[]>
  /** What is left to the user: lines to type, or to know. */
  next(world: SetupWorld, request: SetupRequest): readonly string[] | Promise<readonly string[]>
}
