import type { Socket } from 'node:net'

/** How many connections may wait; see `ConnectionLimits`. */
export interface MostConnections {
  readonly waiting: number
  readonly atOnce: number
}

/** What a client says at once is read in the turn of the event loop that follows, or in the next. */
const turnsToSpeak = 2

/**
 * Connections on which no request is being answered. Where there are too many, the one that has said
 * nothing for the longest time makes room. In a flood that could be one that has spoken at once, and
 * to which nobody has listened yet: those that have just come stay, as long as there is room at all.
 */
export class WaitingConnections {
  readonly #most: MostConnections
  /** Each with the turn up to which it stays, the one that has waited longest first. */
  readonly #sockets = new Map<Socket, number>()
  #turn = 0
  #isTurning = false

  constructor(most: MostConnections) {
    this.#most = most
  }

  /** One that has just come. */
  add(socket: Socket): void {
    this.#sockets.set(socket, this.#turn + turnsToSpeak)
    socket.once('close', () => this.#sockets.delete(socket))
    this.#makeRoom()
  }

  /** A request has come on it. */
  take(socket: Socket): void {
    this.#sockets.delete(socket)
  }

  /** Its request is answered. */
  putBack(socket: Socket): void {
    if (!socket.destroyed) this.#sockets.set(socket, this.#turn)
  }

  #makeRoom(): void {
    for (const [socket, staysTo] of this.#sockets) {
      const { size } = this.#sockets
      if (size <= this.#most.waiting) return
      if (staysTo > this.#turn && size <= this.#most.atOnce) return this.#turnOver()
      this.#sockets.delete(socket)
      socket.destroy()
    }
  }

  /** Looks again once what has come by now was read. */
  #turnOver(): void {
    if (this.#isTurning) return
    this.#isTurning = true
    setImmediate(() => {
      this.#isTurning = false
      this.#turn++
      this.#makeRoom()
    })
  }
}
