import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { WaitingConnections } from '../../../src/agent/waiting-connections.ts'

class Connection extends EventEmitter {
  destroyed = false

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

function come(waiting: WaitingConnections, count: number): Connection[] {
  return Array.from({ length: count }, () => {
    const connection = new Connection()
    waiting.add(connection as unknown as Socket)
    return connection
  })
}

const open = (connections: readonly Connection[]) =>
  connections.filter(({ destroyed }) => !destroyed).length

describe('connections that wait', () => {
  it('make room for others, the one that has waited longest first', async () => {
    const waiting = new WaitingConnections({ waiting: 3, atOnce: 3 })
    const [first, second, ...others] = come(waiting, 5)
    expect([first?.destroyed, second?.destroyed, open(others)]).toEqual([true, true, 3])
    await turn()
    expect(open(others)).toBe(3)
  })

  it('stay until they were listened to, where many come at once', async () => {
    const waiting = new WaitingConnections({ waiting: 2, atOnce: 100 })
    const [speaking, ...silent] = come(waiting, 50) as [Connection, ...Connection[]]
    await turn()
    silent.push(...come(waiting, 20))
    expect([speaking.destroyed, open(silent)]).toEqual([false, 69])
    waiting.take(speaking as unknown as Socket)
    for (let turns = 0; turns < 4; turns++) await turn()
    expect([speaking.destroyed, open(silent)]).toEqual([false, 2])
    waiting.putBack(speaking as unknown as Socket)
    await turn()
    come(waiting, 1)
    for (let turns = 0; turns < 4; turns++) await turn()
    expect(speaking.destroyed).toBe(false)
  })

  it('do not stay beyond what there is room for', () => {
    const waiting = new WaitingConnections({ waiting: 2, atOnce: 10 })
    expect(open(come(waiting, 500))).toBe(10)
  })

  it('do not count where they have ended', async () => {
    const waiting = new WaitingConnections({ waiting: 2, atOnce: 10 })
    const kept = come(waiting, 1)
    for (let times = 0; times < 20; times++) {
      for (const gone of come(waiting, 1)) gone.destroy()
      await turn()
    }
    expect(open(kept)).toBe(1)
  })
})
