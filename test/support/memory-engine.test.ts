import { describe, expect, it } from 'vitest'
import { startMemoryServer } from './memory-engine.ts'

const refused = { code: 'network' }

describe('the engine in memory', () => {
  it('takes a fault for each machine by itself, and tells watchers after it', async () => {
    const server = startMemoryServer()
    const [one, other] = [server.connect('one'), server.connect('other')]
    const heard: Array<string | undefined> = []
    await other.watch('rows', (id) => heard.push(id))
    server.partition('other')
    await one.write('a', { name: 'a', when: {} })
    await expect(other.read('a')).rejects.toMatchObject(refused)
    expect(heard).toEqual([])
    server.heal()
    expect(await other.read('a')).toMatchObject({ name: 'a' })
    expect(heard).toEqual([undefined])
  })

  it('carries out a write whose answer is lost', async () => {
    const server = startMemoryServer()
    const engine = server.connect('one')
    server.loseAnswer('one', 'write')
    await expect(engine.write('a', { name: 'a', when: {} })).rejects.toMatchObject(refused)
    expect(await engine.read('a')).toMatchObject({ name: 'a' })
  })

  it('comes up without its last writes, and gives no fencing number again', async () => {
    let now = 1_000
    const server = startMemoryServer({ now: () => now })
    const engine = server.connect()
    const before = await engine.incarnation()
    await engine.write('a', { name: 'a', generation: 1, when: {} })
    const first = await engine.takeLease('session:a', 'me', 10)
    now += 1
    server.restart({ lost: 2 })
    expect(await engine.read('a')).toBeUndefined()
    expect(await engine.incarnation()).not.toBe(before)
    const second = await engine.takeLease('session:a', 'me', 10)
    expect(second).not.toEqual(first)
  })
})
