import { afterEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import type { NarrowServer } from './narrow-server.ts'
import { loginStepwise, startStepServer, steps, type Step } from './step-server.ts'

let server: NarrowServer
let home: Home
afterEach(async () => {
  home.remove()
  await server.stop()
})

async function openAt(step: Step) {
  server = await startStepServer(step)
  home = makeHome()
  const { words, env } = loginStepwise(server, step, 'web')
  const tokn = async (...args: readonly string[]) => await run(args, { home, env })
  const { status, err } = await tokn(...words)
  expect(status, err).toBe(0)
  return tokn
}

/** The next refreshes are carried out, and their replies cut off. */
function cutNext(losses = 1): void {
  server.beforeAnswer = (said) => (losses-- > 0 ? undefined : said)
}

const narrow = ['issue', 'web', '--scope', 'read']

describe.each(steps)('a narrower token whose reply is lost after the step: %s', (step) => {
  it.each([['refresh', 'web'], narrow])(
    'says so, and hands out no dead token: %s',
    async (...next) => {
      const tokn = await openAt(step)
      cutNext()
      const lost = await tokn(...narrow)
      expect(lost, lost.err).toMatchObject({ status: 7, out: '' })
      const refused = await tokn(...next)
      expect(refused, refused.err).toMatchObject({ status: 4, out: '' })
      expect(refused.err).toContain('got no answer')
      expect(refused.err).toContain('tokn login web')
      const sent = server.seen.length
      const token = await tokn('token', 'web')
      expect(token, token.err).toMatchObject({ status: 4, out: '' })
      expect([server.seen.length, server.reuses]).toEqual([sent, 1])
    },
  )

  it('goes on where the refresh token lives', async () => {
    const tokn = await openAt(step)
    server.rotates = false
    cutNext()
    expect(await tokn(...narrow)).toMatchObject({ status: 7, out: '' })
    const again = await tokn(...narrow)
    expect(again.status, again.err).toBe(0)
    expect(server.tokens.get(again.out.trim())).toBe('read')
    const { out } = await tokn('token', 'web')
    expect(server.tokens.get(out.trim())).toBe('openid read write')
  })

  it('hands out no dead token after a refresh whose reply is lost', async () => {
    const tokn = await openAt(step)
    cutNext()
    const lost = await tokn('refresh', 'web')
    expect(lost, lost.err).toMatchObject({ status: 4, out: '' })
    expect(lost.err).toContain('got no answer')
    expect(await tokn('token', 'web')).toMatchObject({ status: 4, out: '' })
    expect(server.reuses).toBe(1)
  })

  it('nor after one that was sent once more in vain', async () => {
    const tokn = await openAt(step)
    cutNext(2)
    const lost = await tokn('refresh', 'web')
    expect(lost, lost.err).toMatchObject({ status: 7, out: '' })
    const refused = await tokn('refresh', 'web')
    expect(refused, refused.err).toMatchObject({ status: 4, out: '' })
    expect(refused.err).toContain('got no answer')
    expect(await tokn('token', 'web')).toMatchObject({ status: 4, out: '' })
  })
})

describe('a narrower token whose reply cannot be read', () => {
  it('says what is wrong with it each time, as a refresh does, and sends nothing again', async () => {
    const tokn = await openAt('none')
    const full = await tokn('token', 'web')
    server.beforeAnswer = () => ({ headers: { 'content-type': 'text/html' }, body: '<html>hi' })
    const first = await tokn(...narrow)
    expect(first, first.err).toMatchObject({ status: 6, out: '' })
    const sent = server.seen.length
    for (const words of [narrow, ['refresh', 'web'], narrow]) {
      const again = await tokn(...words)
      expect(again, again.err).toMatchObject({ status: 6, out: '' })
      expect(again.err).not.toContain('lock')
      expect(again.err).toContain('tokn login web')
    }
    const token = await tokn('token', 'web')
    expect(token, token.err).toMatchObject({ status: 0, out: full.out })
    const tokenRequests = server.seen.slice(sent).filter(({ url }) => url === '/token')
    expect([tokenRequests, server.reuses]).toEqual([[], 0])
  })
})
