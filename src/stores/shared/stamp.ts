import { randomBytes } from 'node:crypto'

/** When a record was written, as it says itself: its `incarnation` is the text of this. */
export interface Stamp {
  /** The life of the engine in which its tokens came; see `SharedEngine.incarnation`. */
  readonly life: string
  /** Another one with each login: refreshes keep it. */
  readonly birth: string
}

export function writeStamp({ life, birth }: Stamp): string {
  return `${birth} ${life}`
}

export function readStamp(text: string): Stamp {
  const at = text.indexOf(' ')
  return { birth: text.slice(0, Math.max(0, at)), life: text.slice(at + 1) }
}

export function newBirth(): string {
  return randomBytes(9).toString('base64url')
}
