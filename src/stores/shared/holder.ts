import { isObject, ownString } from '../../core/json.ts'
import { display } from '../../core/text.ts'

/** Who holds a lease, as far as it says so. */
export interface Holder {
  readonly command: string
  readonly pid: number | undefined
  readonly host: string | undefined
  /** The job of a CI system. */
  readonly job: string | undefined
}

/** What a lease was taken with; it may be from anybody who may write there. */
export function describeHolder(text: string): Holder {
  const value = parse(text)
  const shown = (name: string, most: number) => {
    const found = isObject(value) ? ownString(value, name) : undefined
    return found === undefined || found === '' ? undefined : display(found, most)
  }
  const pid = isObject(value) ? value['pid'] : undefined
  return {
    command: shown('command', 40) ?? 'tokn',
    pid: typeof pid === 'number' ? pid : undefined,
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
