import { ToknError } from '../../../src/core/errors.ts'
import type { Http, HttpReply, HttpRequest } from '../../../src/core/ports.ts'
import type { Fate } from './settings.ts'
import type { SimulatedProcess } from './process.ts'
import type { World } from './world.ts'

/** What a request of the simulated API says; secrets are plain texts here. */
export interface Message {
  readonly op: 'login' | 'refresh' | 'issue' | 'list' | 'revoke' | 'logout' | 'use'
  readonly access?: string
  readonly refresh?: string
  readonly id?: string
  readonly name?: string
  readonly password?: string
}

/** One request on its way, and what became of it. It does not end with the process that sent it. */
export interface Packet {
  readonly id: number
  readonly process: SimulatedProcess
  readonly message: Message
  readonly fate: Fate | 'fine'
  /** Whether a loss is seen at once (the connection breaks), and not when the time is over. */
  readonly breaks: boolean
  readonly arrivesAt: number
  readonly deadline: number
  state: 'on its way' | 'answered' | 'lost'
  reply?: HttpReply
  /** Whether the answer said yes, and what it gave; a refusal is `no`. */
  verdict?: 'yes' | 'no'
  /** Whether a yes replaced the refresh token that was sent. */
  replaced?: boolean
  newAccess?: string
  /** Whether its answer reached the process that sent it. */
  received?: boolean
  /** Whether the disk did not take the answer. */
  unkept?: boolean
  /** When what was answered was on the disk: nobody needs to send this again. */
  durableSince?: number | undefined
}

/** The way between the processes and the provider. */
export class Network {
  readonly packets: Packet[] = []
  /** Those that the scheduler may let arrive. */
  flying: Packet[] = []
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  open(process: SimulatedProcess): Http {
    return async (request) => {
      const world = this.#world
      if (request.mayStillSend !== undefined) {
        await process.call('connect', () => undefined)
        if (!request.mayStillSend()) {
          throw new ToknError('busy', 'it may not be sent any more', { sent: false })
        }
      }
      const packet = this.#makePacket(process, request)
      world.facts.sending(packet)
      if (world.fails('unsent', world.settings.faults.unsent)) {
        world.note(() => `${process.name} cannot connect`)
        return await process.call('http', () => {
          throw lost(false)
        })
      }
      world.note(() => `${process.name} sends ${describe(packet)} (${packet.fate})`)
      this.packets.push(packet)
      this.flying.push(packet)
      return await process.call('http', () => this.#receive(process, packet), {
        ready: () =>
          packet.state === 'answered' ||
          (packet.state === 'lost' && packet.breaks) ||
          world.now >= packet.deadline,
      })
    }
  }

  /** Lets a request arrive, or be lost. */
  arrive(packet: Packet): void {
    const world = this.#world
    this.flying = this.flying.filter((one) => one !== packet)
    if (packet.fate === 'lost request') {
      packet.state = 'lost'
      world.note(() => `${describe(packet)} is lost on its way`)
      return
    }
    packet.reply = world.server.answer(packet)
    const gone = packet.fate === 'lost answer'
    packet.state = gone ? 'lost' : 'answered'
    world.note(
      () =>
        `${describe(packet)} is answered ${packet.reply?.status}${gone ? ', which is lost' : ''}`,
    )
  }

  #receive(process: SimulatedProcess, packet: Packet): HttpReply {
    const world = this.#world
    if (packet.state !== 'answered' || packet.reply === undefined) {
      world.note(() => `${process.name} gets no answer to ${describe(packet)}`)
      throw lost(undefined)
    }
    world.note(() => `${process.name} gets the answer to ${describe(packet)}`)
    world.facts.received(packet)
    return packet.reply
  }

  #makePacket(process: SimulatedProcess, { url, body, timeout = 30_000 }: HttpRequest): Packet {
    const { now, random } = this.#world
    const message = { ...JSON.parse(body ?? '{}'), op: url.pathname.slice(1) } as Message
    const fate = this.#drawFate(message)
    const delay = fate === 'late' ? random.between(500, 60_000) : 0
    return {
      id: this.#world.nextId(),
      process,
      message,
      fate,
      breaks: random.chance(0.5),
      arrivesAt: now + delay,
      deadline: now + timeout,
      state: 'on its way',
    }
  }

  #drawFate({ op }: Message): Packet['fate'] {
    const world = this.#world
    const { request, fates } = world.settings.faults
    if (!world.fails('request', request)) return 'fine'
    const fate = world.random.pick(fates)
    return fate === 'half nonsense' && op !== 'refresh' ? 'fine' : fate
  }
}

/** By which an answer is known again, wherever it is kept. */
export function markOf({ id }: Packet): string {
  return `answer-${id}.`
}

export function describe({ id, message }: Packet): string {
  const what = message.refresh ?? message.access ?? ''
  return `request ${id} (${message.op}${what === '' ? '' : ` ${what}`})`
}

function lost(sent: false | undefined): ToknError {
  return new ToknError(
    'network',
    sent === false ? 'the connection was refused' : 'no answer came',
    sent === false ? { sent } : {},
  )
}
