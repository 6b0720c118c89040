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
  /** Variables added to the child's environment; `undefined` takes one away. */
  readonly variables?: Readonly<Record<string, string | undefined>>
  /** What the child reads from a pipe, whose path is put among `args` at index `at`. */
  readonly pipe?: { readonly at: number; readonly text: string } | undefined
}

/** The way that our own requests take to a place, for a program that makes one in our stead. */
export interface Way {
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

/** One thing looked at, and what to do about it. */
export interface Finding {
  readonly id: string
  readonly status: 'ok' | 'warn' | 'fail' | 'skip' | 'fixed'
  readonly detail: string
  readonly fix?: string | undefined
}
