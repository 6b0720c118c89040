import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { loginAt, startNarrowServer, type NarrowServer } from '../oauth/narrow-server.ts'
import { choose, thorough } from '../support/effort.ts'
import { requirePart } from '../support/parts.ts'
import { startRandom } from './support/random.ts'
import { inject, refreshRequestFor, stracePlain, traceCalls } from './support/syscalls.ts'
import { openWorld, type World } from './support/world.ts'

const names = `openat mkdir write pwrite64 writev fsync fdatasync rename link unlink close fchmod
  socket connect sendto sendmsg recvfrom shutdown`.split(/\s+/)

/** The process that refreshes, asked for a narrower token. */
async function narrow(world: World, strace: readonly string[] = []) {
  const under = strace.length === 0 ? [] : [...stracePlain, ...strace]
  const request = JSON.parse(refreshRequestFor(world, 'web')) as object
  const refresh = { reason: 'narrowed', narrow: { scopes: ['read'] } }
  return await world.run(['__refresher'], { under, input: JSON.stringify({ ...request, refresh }) })
}

/** A session at a server where a refresh token that is sent again ends everything. */
async function openSession() {
  const server = await startNarrowServer()
  const world = await openWorld('oz')
  const logIn = async () => {
    const environment = { TOKN_PASSWORD: 'x' }
    const ended = await world.run(loginAt(server, 'web'), { environment })
    expect(ended, ended.err).toMatchObject({ status: 0 })
  }
  await logIn()
  return { server, world, logIn, problemOf: () => problemOf(server, world) }
}

const uses = [
  ['token', 'web'],
  ['refresh', 'web'],
  ['token', 'web'],
]

/** What is wrong with the session now; it is used, and then renewed. */
async function problemOf(server: NarrowServer, world: World): Promise<string | undefined> {
  for (const words of uses) {
    const { status, out, err } = await world.run(words)
    if (status !== 0) return `${words[0]}: status ${status}, ${err}`
    const scope = server.tokens.get(out.trim())
    if (words[0] === 'token' && scope !== 'openid read write') return `its token has "${scope}"`
  }
  return server.reuses === 0 ? undefined : 'a refresh token was sent twice'
}

it.runIf(requirePart('strace'))(
  'no kill of a process that issues by the refresh token loses the session, or narrows it',
  async () => {
    const { seed } = startRandom()
    const { server, world, logIn, problemOf } = await openSession()
    const calls = await traceCalls(world, names, (strace) => narrow(world, strace))
    const tally = { kills: 0, recovered: 0, window: [] as string[], wrong: [] as string[] }

    const points = thorough ? calls : calls.filter(({ seen }) => seen)
    for (const call of choose(points, { stride: thorough ? 1 : 20, seed })) {
      const before = { tokens: server.tokens.size, alive: [...server.alive] }
      const ended = await narrow(world, inject(call, 'signal=SIGKILL'))
      if (ended.status === 0) continue
      tally.kills++
      const acted = server.tokens.size > before.tokens
      const problem = await problemOf()
      if (problem === undefined) {
        if (acted) tally.recovered++
        continue
      }
      const text = `${call.name} ${call.ordinal} (${call.text}): ${problem}`
      // The reply was lost on its way to the journal: nothing can be done about that one window.
      ;(acted && server.reuses > 0 ? tally.window : tally.wrong).push(text)
      server.reuses = 0
      await logIn()
    }
    console.log(
      `narrowing processes killed: ${tally.kills}, recovered with the reply: ${tally.recovered}, ` +
        `lost between the server and the journal: ${tally.window.length}, wrong: ${tally.wrong.length} (seed ${seed})`,
      ...tally.window.map((text) => `\n  ${text}`),
      ...tally.wrong.map((text) => `\n  WRONG ${text}`),
    )
    expect(tally.wrong).toEqual([])
    expect(Math.min(tally.kills, tally.recovered)).toBeGreaterThan(0)
    expect(tally.window.length).toBeLessThan(tally.recovered)
    await server.stop()
    await world.close()
  },
)

it('no kill of the command that asks for it does, and another one finishes', async () => {
  const { next, seed } = startRandom()
  const { server, world, problemOf } = await openSession()
  let kills = 0
  for (let attempt = 0; attempt < (thorough ? 40 : 3); attempt++) {
    const words = ['issue', 'web', '--scope', 'read', '--save-as', `kept${attempt}`]
    const running = world.start(words)
    await delay(150 + next() * 900)
    running.child.kill('SIGKILL')
    if ((await running.ended).status !== 0) kills++
    await world.settled()
    expect(await problemOf(), `seed ${seed}, ${attempt}`).toBeUndefined()
    const again = await world.run(words)
    const told = again.status === 0 || /already/.test(again.err)
    expect(told, again.err).toBe(true)
    const kept = await world.run(['token', `kept${attempt}`])
    expect(server.tokens.get(kept.out.trim()), kept.err).toBe('read')
  }
  console.log(`issues killed: ${kills} (seed ${seed})`)
  await server.stop()
  await world.close()
})
