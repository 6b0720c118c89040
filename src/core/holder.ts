import { isObject, ownString } from './json.ts'
import { display } from './text.ts'

/** Who did something in a store that many machines share, as far as he says so. Anybody may have written it. */
export interface Holder {
  readonly command: string | undefined
  readonly pid: number | undefined
  readonly host: string | undefined
  readonly job: string | undefined
}

/** Reads the JSON of a `Requester` with which a lease was taken, for a person to read. */
export function readHolder(text: string): Holder {
  const value = parse(text)
  const shown = (name: string, most: number) => {
    const found = isObject(value) ? ownString(value, name) : undefined
    return found === undefined || found === '' ? undefined : display(found, most)
  }
  const pid = isObject(value) ? value['pid'] : undefined
  return {
    command: shown('command', 40),
    pid: Number.isSafeInteger(pid) ? Number(pid) : undefined,
    host: shown('host', 80),
    job: shown('job', 200),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
