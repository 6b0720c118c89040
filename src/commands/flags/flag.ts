/**
 * One flag of the command line. What it means is told in `messages`, under the same name. `--help`,
 * `tokn help environment` and the documents are made from these.
 */
export interface Flag {
  /** As it is typed: `--min-ttl`, or `-P, --profile`. */
  readonly names: string
  /** What its value is, where it has one. */
  readonly value?: string
  /** It may be given more than once. */
  readonly repeatable?: true
  /** The values it can have, where they can be listed. */
  readonly choices?: readonly string[]
  /** The environment variable that is read where the flag is not given. */
  readonly variable?: string
  /** What holds where neither is given. */
  readonly default?: string
  /** The heading of `--help` that it stands under, if not that of the command's own flags. */
  readonly heading?: Heading
}

/** Headings of `--help` behind a command's own flags, in this order. */
export const headings = ['OAuth:', 'Session and network:', 'Everywhere:'] as const
type Heading = (typeof headings)[number]
