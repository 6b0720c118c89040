import type { AgentStatus } from '../core/agent.ts'
import {
  flag,
  list,
  Malformed,
  number,
  object,
  optional,
  orNull,
  readOrNothing,
  text,
  type Fields,
  type Reader,
} from '../refresher/fields.ts'

/** One that can be the id of a process: 0 and those below mean groups of processes. */
const processId: Reader<number> = (value) => {
  const id = number(value)
  if (Number.isSafeInteger(id) && id > 0) return id
  throw new Malformed()
}

const status = object({
  pid: processId,
  since: text,
  version: text,
  socket: text,
  configuration: optional(text),
  locked: flag,
  passphrase: flag,
  store_closed: flag,
  lifetime: optional(orNull(number)),
  idle_exit: optional(orNull(number)),
  confirm: optional(flag),
  token_files: optional(list(object({ profile: text, path: text }))),
  profiles: list(
    object({
      profile: text,
      state: text,
      expires_at: orNull(text),
      generation: orNull(number),
    }),
  ),
} satisfies Fields<AgentStatus>)

/** What an agent tells of itself; `undefined` for what no agent would say. */
export function readAgentStatus(json: string): AgentStatus | undefined {
  return readOrNothing(status, json)
}
