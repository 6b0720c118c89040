/** Work that waits for a slot, or runs in one. */
export interface SlotWork {
  /** Who is asked: of the work at one server not all slots are taken. Absent: nobody in particular. */
  readonly server?: string | undefined
  /** Of all that wait the lowest comes first: an instant by which it has to be done. */
  readonly due?: number | undefined
  /** What `hurry` names. */
  readonly id?: string | undefined
}

interface Waiting extends SlotWork {
  readonly due: number
  readonly go: () => void
}

/** Lets so many pieces of work run at the same time; the others wait, by when they have to be done. */
export class Slots {
  readonly #most: number
  readonly #mostOf: (server: string) => number
  #waiting: readonly Waiting[] = []
  readonly #byServer = new Map<string, number>()
  #running = 0

  /** `mostOf`: how many of them one server may have at the same time. */
  constructor(most: number, mostOf: (server: string) => number = () => most) {
    this.#most = most
    this.#mostOf = mostOf
  }

  async run<Result>(work: () => Promise<Result>, about: SlotWork = {}): Promise<Result> {
    if (this.#isFree(about)) this.#take(about)
    else await new Promise<void>((go) => this.#queue({ ...about, due: about.due ?? 0, go }))
    try {
      return await work()
    } finally {
      this.#giveBack(about)
    }
  }

  /** What waits under this id comes before all that is not in a hurry. */
  hurry(id: string): void {
    const own = this.#waiting.filter((one) => one.id === id)
    if (own.length === 0) return
    this.#waiting = this.#waiting.filter((one) => one.id !== id)
    for (const one of own) this.#queue({ ...one, due: 0 })
  }

  #queue(one: Waiting): void {
    const at = this.#waiting.findLastIndex(({ due }) => due <= one.due)
    this.#waiting = this.#waiting.toSpliced(at + 1, 0, one)
  }

  #isFree({ server }: SlotWork): boolean {
    if (this.#running >= this.#most) return false
    return server === undefined || (this.#byServer.get(server) ?? 0) < this.#mostOf(server)
  }

  #take({ server }: SlotWork): void {
    this.#running++
    if (server !== undefined) this.#byServer.set(server, (this.#byServer.get(server) ?? 0) + 1)
  }

  #giveBack({ server }: SlotWork): void {
    this.#running--
    if (server !== undefined) {
      const left = (this.#byServer.get(server) ?? 1) - 1
      if (left > 0) this.#byServer.set(server, left)
      else this.#byServer.delete(server)
    }
    // A server that answers again may have more of them than it had.
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#take(next)
      next.go()
    }
  }

  #next(): Waiting | undefined {
    if (this.#running >= this.#most) return undefined
    const at = this.#waiting.findIndex((one) => this.#isFree(one))
    if (at === -1) return undefined
    const next = this.#waiting[at]
    this.#waiting = this.#waiting.toSpliced(at, 1)
    return next
  }
}
