// Shapes shared by the commands, which use a terminal and other programs, and io, which has them.

/** Text styles; each gives its text back unchanged where colour is off. */
export interface Colours {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

/** What a login may show besides words. */
export interface InteractionOptions {
  readonly browser?: boolean | undefined
  readonly qr?: boolean | undefined
  readonly clipboard?: boolean | undefined
}

/** A program to run with our standard streams. */
export interface ChildRequest {
  readonly command: string
  readonly args: readonly string[]
  /** Variables added to the child's environment. */
  readonly variables?: Readonly<Record<string, string>>
  /** Its environment is what any program needs to start and to show text, and nothing else. */
  readonly bare?: boolean | undefined
  /** The kinds of the stores that its tokens are from: it gets no password of these. */
  readonly stores?: readonly string[]
  /** What the child alone is told. */
  readonly pipe?: Told | undefined
  /** The head of its answer is checked before any of it is shown; it may be run again. */
  readonly headCheck?: HeadCheck | undefined
  /** Called once it has been started, when signals go to it. */
  readonly started?: (() => void) | undefined
}

/** A socket that a child has for itself. */
export interface ChildSocket {
  readonly path: string
  /** Takes the name away. */
  remove(): void
  /** Removes what others have left behind that are gone. */
  sweep(): Promise<void>
}

/** A text for a child, which finds at index `at` of its arguments where to read it. */
interface Told {
  readonly at: number
  readonly text: string
  /** The child has no other use for its standard input, and may be told there (`-`). */
  readonly input: boolean
}

/** How a request over HTTP that a child makes may be made again. */
export interface HeadCheck {
  /** Behind the other arguments, and before a path to which the child writes the head of its answer. */
  readonly args: readonly string[]
  /** Whether the body says more of an answer with this head, if it is a short JSON object. */
  needsBody?(head: string): boolean
  /** Whether the child prints the head before the body. */
  readonly headIncluded?: boolean | undefined
  /**
   * What to run instead, with the same standard input; `undefined` where the answer is to be shown.
   * `body` is that of a short JSON object that was asked for.
   */
  again(head: string, body?: string): Promise<ChildRequest | undefined>
  /** Whether the body goes to a terminal, on which no binary one is shown, as by curl itself. */
  readonly onTerminal?: boolean | undefined
  /** Where the user wants that head; `-` is standard output. */
  readonly copy?: string | undefined
}

/** The route that our own requests take to a place, for a program that makes one in our stead. */
export interface Route {
  /** May have a user and a password in it: it goes into no argument. */
  readonly proxy?: URL | undefined
  /** PEM file of all authorities to believe, where more were named than those of this machine. */
  readonly authorities?: string | undefined
  /** PEM files of a client certificate and its key. */
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  /** Removes what was made for it. */
  close(): void
}

/** What a program printed, and how it ended. */
export interface Printed {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** A program that works for us: nothing that it prints reaches the user as it is. */
export interface ProgramRequest {
  readonly command: string
  /** Nothing secret: other users of the machine can read them. */
  readonly args: readonly string[]
  readonly input?: string | undefined
  /** Names of those of our variables that it gets besides what any program needs to start. */
  readonly inherits: RegExp
  readonly variables: Readonly<Record<string, string>>
  /** Milliseconds; then it is killed, with all that it has started. */
  readonly limit: number
}

/**
 * Runs a program to its end; `undefined` where it did not end within its limit. Throws
 * `program_not_found` and `program_not_executable`.
 */
export type RunProgram = (request: ProgramRequest) => Promise<Printed | undefined>

/** One thing looked at, and what to do about it. */
export interface Finding {
  readonly id: string
  readonly status: 'ok' | 'warn' | 'fail' | 'skip' | 'fixed'
  readonly detail: string
  readonly fix?: string | undefined
}
