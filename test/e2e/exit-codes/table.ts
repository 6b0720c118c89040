import { agent } from './agent.ts'
import { agentKeep } from './agent-keep.ts'
import { ci } from './ci.ts'
import { credentialBuild } from './credential-build.ts'
import { credentialCloud } from './credential-cloud.ts'
import { credentialGitDocker } from './credential-git-docker.ts'
import { completion } from './completion.ts'
import { folders } from './folders.ts'
import { forgetting } from './forgetting.ts'
import { others } from './others.ts'
import type { Shown } from './row.ts'
import { scopes } from './scopes.ts'
import { sessions } from './sessions.ts'
import { setup } from './setup.ts'
import { status } from './status.ts'
import { storeKeys } from './store-keys.ts'
import { storeMoves } from './store-moves.ts'
import { tokens } from './tokens.ts'
import { uninstall } from './uninstall.ts'

/** How each command of the program can end: COMMANDS of `tokn help exit-codes`, shown or said to be none. */
export const table = {
  ...sessions,
  ...status,
  ...tokens,
  ...others,
  ...forgetting,
  ...scopes,
  ...uninstall,
  ...folders,
  ...agent,
  ...agentKeep,
  ...ci,
  ...setup,
  ...credentialBuild,
  ...credentialCloud,
  ...credentialGitDocker,
  ...completion,
  ...storeKeys,
  ...storeMoves,
}

export interface Row extends Shown {
  readonly command: string
  /** The name of its test. */
  readonly name: string
}

export const rows: readonly Row[] = Object.entries(table).flatMap(([command, { shown }]) =>
  shown.map((one) => ({ ...one, command, name: nameOf(one) })),
)

/** Rows that need neither a session nor a server, nor much time. */
export function isQuick({ given, command }: Row): boolean {
  return given.length === 0 && command !== 'demo'
}

function nameOf({ code, line, when }: Shown): string {
  return `${code}: tokn ${line}${when === '' ? '' : `: ${when}`}`
}
