import { isToknError, ToknError } from '../core/errors.ts'
import type { FolderProfile } from '../core/folder-profile.ts'
import { namedSocket } from '../io/agent/locate.ts'
import type { Environment } from '../io/files/paths.ts'
import { words } from '../messages/words.ts'

/** A store that cannot be opened need not be: where there is a socket, some commands do without. */
export function withPlace(error: unknown, environment: Environment): unknown {
  if (!isToknError(error, 'store')) return error
  const hint = [error.details.hint ?? []].flat()
  // What asks for a token alone says more.
  if (hint.some((line) => /TOKN_AGENT_SOCK|tokn exec/.test(line))) return error
  const { TOKN_EXEC: given } = environment
  const socket = namedSocket(environment) === undefined ? 'none' : 'there'
  if (given !== undefined) return insideExec(error, words.insideExec.hint({ given, socket }))
  if (socket === 'there') hint.push(words.agentClient.tokensAlone())
  return new ToknError(error.code, error.message, { ...error.details, hint })
}

/** `error` in a program of `exec`, with `own` as its hint: the key was kept from it on purpose. */
export function insideExec({ code, message, details }: ToknError, own: string): ToknError {
  const others = [details.hint ?? []].flat().filter((line) => !/\bTOKN_STORE_KEY\b/.test(line))
  return new ToknError(code, message, { ...details, hint: [own, ...others] })
}

/** An error that speaks of a profile which nobody has named but the file of a folder, `found`. */
export function namedByFolder(error: unknown, found: FolderProfile | undefined): unknown {
  const { name, shown } = found ?? {}
  if (name === undefined || shown === undefined || !isToknError(error)) return error
  const { code, message, details } = error
  if (!message.includes(`"${name}"`) || message.includes(shown)) return error
  const told = words.folders.namedBy(message, name, shown)
  return new ToknError(code, told, { ...details, cause: error })
}
