import { createHash } from 'node:crypto'

/** One record of a file that is only appended to: a text, its kind, its length and its SHA-256. */
export interface Frame {
  readonly kind: string
  readonly text: string
}

const header = /^tokn ([a-z]+) ([0-9]{1,8}) ([0-9a-f]{64})\n$/
const longestHeader = 128

export function encodeFrame(kind: string, text: string): Uint8Array {
  const bytes = Buffer.from(text)
  return Buffer.concat([
    Buffer.from(`tokn ${kind} ${bytes.length} ${digest(kind, bytes)}\n`),
    bytes,
    Buffer.from('\n'),
  ])
}

/** The frames from the beginning up to the first that is not whole. */
export function decodeFrames(bytes: Uint8Array): readonly Frame[] {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Frame[] = []
  for (let position = 0; ;) {
    const end = whole.subarray(position, position + longestHeader).indexOf('\n') + 1
    const match = header.exec(whole.toString('latin1', position, position + end))
    const kind = match?.[1]
    if (end === 0 || kind === undefined) return frames
    const start = position + end
    const content = whole.subarray(start, start + Number(match?.[2]))
    const next = start + content.length
    if (digest(kind, content) !== match?.[3] || whole[next] !== 0x0a) return frames
    frames.push({ kind, text: content.toString() })
    position = next + 1
  }
}

function digest(kind: string, bytes: Uint8Array): string {
  return createHash('sha256').update(`${kind} ${bytes.length}\n`).update(bytes).digest('hex')
}
