import { expect, it } from 'vitest'
import { requirePart } from '../support/parts.ts'
import { startFake } from '../unit/oauth/fake-server.ts'
import { choose } from '../support/effort.ts'
import { startRandom } from './support/random.ts'
import { inject, stracePlain, traceCalls } from './support/syscalls.ts'
import { openWorld } from './support/world.ts'

const names = `openat mkdir write pwrite64 writev fsync rename link unlink recvfrom shutdown`.split(
  ' ',
)
/** One of so many calls is struck, besides the first and the last of each kind. */
const stride = 30

/** A server that spends every refresh token that it is sent. */
async function startSpending() {
  const good = new Set<string>()
  let made = 0
  const fake = await startFake({
    '/token': ({ form }) => {
      if (!good.delete(form.get('refresh_token') ?? '')) {
        return { status: 400, body: { error: 'invalid_grant' } }
      }
      const next = `refresh-${++made}`
      good.add(next)
      return { body: { access_token: `access-${made}`, refresh_token: next, expires_in: 600 } }
    },
  })
  return { ...fake, good, made: () => made }
}

it.runIf(requirePart('strace'))(
  'a login with a refresh token is killed at its system calls: what was answered and read is kept',
  async () => {
    const { seed } = startRandom()
    const server = await startSpending()
    const world = await openWorld('oz')
    const to = ['-p', 'oauth', '--set', `token_endpoint=${server.origin}/token`]
    let given = 0
    const login = async (name: string, strace: readonly string[]) => {
      const token = `given-${++given}`
      server.good.add(token)
      const words = ['login', name, ...to, '--client-id', 'app', '--with-refresh-token']
      const ended = await world.run(words, { under: [...stracePlain, ...strace], input: token })
      return { ...ended, token }
    }
    const calls = await traceCalls(world, names, (strace) => login('traced', strace))
    const tally = { kills: 0, unspent: 0, kept: 0, unread: 0 }
    const wrong: string[] = []
    for (const [index, call] of choose(calls, { stride, seed }).entries()) {
      const name = `web${index}`
      const before = server.made()
      const killed = await login(name, inject(call, 'signal=SIGKILL'))
      if (killed.status === 0) continue
      tally.kills++
      await world.run(['doctor', '--fix'])
      const token = await world.run(['token', name])
      if (server.made() === before) {
        server.good.delete(killed.token)
        if (token.status !== 0) tally.unspent++
        else wrong.push(`${call.name} ${call.ordinal}: a token from nowhere`)
      } else if (token.out === `access-${server.made()}\n`) {
        const refreshed = await world.run(['refresh', name])
        if (refreshed.status === 0) tally.kept++
        else wrong.push(`${call.name} ${call.ordinal} (${call.text}): ${refreshed.err}`)
        // Struck before the reply was written down: the one window that stays open.
      } else if (['recvfrom', 'shutdown', 'openat', 'write'].includes(call.name)) tally.unread++
      else wrong.push(`${call.name} ${call.ordinal} (${call.text}): ${token.err}`)
    }
    console.log('logins with a refresh token killed:', tally, `(seed ${seed})`)
    expect(wrong).toEqual([])
    expect(Math.min(tally.unspent, tally.kept)).toBeGreaterThan(0)
    expect(tally.unread).toBeLessThan(tally.kept)
    await world.close()
    await server.stop()
  },
)
