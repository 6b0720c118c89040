import { ToknError } from '../core/errors.ts'
import { words } from '../messages/words.ts'
import type { ExecFlags } from './exec.ts'

/** A variable of a program: with a token of a profile, or with the path of a file that has it. */
export interface Wish {
  readonly name: string
  readonly profile: string | undefined
  readonly isFile: boolean
}

/** What `exec` itself tells its program. */
const ownNames: ReadonlySet<string> = new Set(
  ['PROFILE', 'EXPIRES_AT', 'AGENT_SOCK', 'EXEC'].map((name) => `TOKN_${name}`),
)

/** Throws `usage` for variables that cannot all be had. */
export function checkWishes(
  wishes: readonly Wish[],
  { file, keepalive, refresh }: ExecFlags,
): void {
  if (refresh === 'never' && (file !== undefined || keepalive === true)) {
    const flag = keepalive === true ? '--keepalive' : '--file'
    throw new ToknError('usage', words.childFiles.alwaysRefreshed(flag))
  }
  const names = new Set<string>()
  for (const { name } of wishes) {
    if (names.has(name)) throw new ToknError('usage', words.childFiles.twiceNamed(name))
    if (ownNames.has(name)) throw new ToknError('usage', words.childFiles.ofOurOwn(name))
    names.add(name)
  }
}
