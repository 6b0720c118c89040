import { expect, it } from 'vitest'
import { loginStepwise, startStepServer, steps, type Step } from '../oauth/step-server.ts'
import { choose, thorough } from '../support/effort.ts'
import { requirePart } from '../support/parts.ts'
import { startRandom } from './support/random.ts'
import { inject, refreshRequestFor, stracePlain, traceCalls } from './support/syscalls.ts'
import { openWorld } from './support/world.ts'

const names = `openat write pwrite64 writev fsync rename link unlink connect sendto sendmsg recvfrom
  shutdown`.split(/\s+/)

const kinds = {
  narrow: { reason: 'narrowed', narrow: { scopes: ['read'] } },
  refresh: { reason: 'forced', beyond: 1_000_000 },
} as const

type Kind = keyof typeof kinds

const uses = ['token', 'refresh', 'token', 'token']

/** A session at a server that refuses the first step of a refresh, and ends all at a reuse. */
async function openSession(step: Step) {
  const server = await startStepServer(step)
  const world = await openWorld('oz')
  const { words, env } = loginStepwise(server, step, 'web')
  const tokn = async (...args: readonly string[]) => await world.run(args, { environment: env })
  const logIn = async () => {
    server.reuses = 0
    const ended = await tokn(...words)
    expect(ended, ended.err).toMatchObject({ status: 0 })
  }
  await logIn()
  const renew = async (kind: Kind, strace: readonly string[]) => {
    const request = JSON.parse(refreshRequestFor(world, 'web')) as object
    const input = JSON.stringify({ ...request, refresh: kinds[kind] })
    const under = [...stracePlain, ...strace]
    return await world.run(['__refresher'], { under, input, environment: env })
  }
  /** What is wrong with the session now; `lost` where it ended as one whose reply is lost has to. */
  const problemOf = async (acted: boolean): Promise<string | undefined> => {
    let ended = ''
    for (const word of uses) {
      const { status, out, err } = await tokn(word, 'web')
      if (status === 0 && ended !== '') return `${word} after the end: ${out}${err}`
      const scope = server.tokens.get(out.trim())
      if (word === 'token' && status === 0 && scope !== 'openid read write') {
        return `a token with "${scope}": ${err}`
      }
      if (status !== 0) ended ||= `${word}: status ${status}, ${err}`
      if (status !== 0 && status !== 4) return ended
    }
    if (server.reuses > 1) return `its refresh token was sent ${server.reuses + 1} times`
    if (ended === '') return server.reuses === 0 ? undefined : 'a refresh token was sent twice'
    return acted && ended.includes('got no answer') ? 'lost' : ended
  }
  return { server, world, logIn, renew, problemOf }
}

const every = steps
  .filter((step) => step !== 'none')
  .flatMap((step) => (['narrow', 'refresh'] as const).map((kind) => [kind, step] as const))
const some = every.filter(([kind, step]) => (kind === 'narrow') === (step !== 'method'))
const runs = thorough ? every : some

it.runIf(requirePart('strace')).each(runs)(
  'no kill of a %s that is refused a first step (%s) hands out a dead token',
  async (kind, step) => {
    const { seed } = startRandom()
    const { server, world, logIn, renew, problemOf } = await openSession(step)
    const calls = await traceCalls(world, names, (strace) => renew(kind, strace))
    const tally = { kills: 0, recovered: 0, lost: 0, wrong: [] as string[] }
    const points = thorough
      ? calls
      : calls.filter((one) => one.seen && /journal|sock|sessions|index/.test(one.kind))
    for (const call of choose(points, { stride: thorough ? 1 : 20, seed })) {
      const before = server.tokens.size
      const ended = await renew(kind, inject(call, 'signal=SIGKILL'))
      if (ended.status === 0) continue
      tally.kills++
      const acted = server.tokens.size > before
      const problem = await problemOf(acted)
      if (problem === undefined && acted) tally.recovered++
      if (problem === undefined) continue
      if (problem === 'lost') tally.lost++
      else tally.wrong.push(`${call.name} ${call.ordinal} (${call.text}): ${problem}`)
      await logIn()
    }
    console.log(kind, step, tally, `of ${calls.length} (seed ${seed})`)
    expect(tally.wrong).toEqual([])
    expect(Math.min(tally.kills, tally.recovered)).toBeGreaterThan(0)
    await server.stop()
    await world.close()
  },
)
