/** What limits an agent, and what it keeps for others. Durations in milliseconds. */
export interface AgentKeeping {
  /** It serves these profiles alone. */
  readonly profiles?: readonly string[] | undefined
  /** It locks itself so long after its start, and after each unlocking. */
  readonly lifetime?: number | undefined
  /** It ends when nobody has asked it anything for so long. */
  readonly idleExit?: number | undefined
  /** A person is asked before each use. */
  readonly confirm?: boolean | undefined
  readonly tokenFiles?:
    ReadonlyArray<{ readonly path: string; readonly profile: string }> | undefined
  /** It serves the users of a group at a path of its own, and nobody else. */
  readonly forGroup?:
    { readonly path: string; readonly group: string; readonly profile: string } | undefined
}
