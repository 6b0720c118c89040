import type { Socket } from 'node:net'

const start = 'HTTP/1.1 100'
const [dot, last] = [start.indexOf('.'), start.length - 1]

/**
 * Lets an answer begin with `100 Continue`, which RFC 9110 section 15.2.1 allows where it was not
 * asked for, and which undici takes for the end of the connection. It is read as `102 Processing`,
 * which undici skips. Once the final answer begins, nothing is changed any more.
 */
export function passContinue(socket: Socket): void {
  const read = socket.read.bind(socket)
  const look = watchHeads()
  let interim = true
  socket.read = (size?: number) => {
    const chunk: unknown = read(size)
    if (interim && chunk instanceof Uint8Array) interim = look(chunk)
    return chunk
  }
}

/** Follows the heads of interim answers through the chunks; false once the final answer begins. */
function watchHeads(): (chunk: Uint8Array) => boolean {
  let position = 0
  let breaks = 0
  return (chunk) => {
    for (const [index, byte] of chunk.entries()) {
      if (position < start.length) {
        if (!fits(byte, position)) return false
        if (position === last && byte === 0x30) chunk[index] = 0x32
        position++
        continue
      }
      // An empty line ends a head: carriage returns or not.
      if (byte === 0x0a) breaks++
      else if (byte !== 0x0d) breaks = 0
      if (breaks === 2) [position, breaks] = [0, 0]
    }
    return true
  }
}

/** Whether `byte` may be at `position` of an interim answer. */
function fits(byte: number, position: number): boolean {
  if (position === last) return byte >= 0x30 && byte <= 0x39
  // The minor version is whatever it is.
  return position === dot + 1 || byte === start.charCodeAt(position)
}
