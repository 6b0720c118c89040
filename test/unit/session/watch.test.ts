import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Clock, Http, HttpRequest } from '../../../src/core/ports.ts'
import { replayReplies, readKeptReply, type KeptReply } from '../../../src/session/kept-reply.ts'
import { watchRequests } from '../../../src/session/unfinished/watch.ts'

const clock: Clock = { now: () => 7, wait: async () => undefined }
const url = new URL('https://api.example/tokens?x=secret')
const post: HttpRequest = { method: 'POST', url, grants: true }
const get: HttpRequest = { method: 'GET', url }

/** One outcome of a request: a status, or an error. */
type Outcome = number | Error

const lost = new ToknError('network', 'no answer', { sent: true })
const unsent = new ToknError('network', 'no way there', { sent: false })
const redirect = new ToknError('provider_nonsense', 'elsewhere', {
  sent: true,
  http: { status: 302 },
})
const tooLong = new ToknError('provider_nonsense', 'too long', {
  sent: true,
  http: { status: 200 },
})
const unusable = new ToknError('usage', 'no such header')

/** What is thought after these requests, each with its outcome. */
async function after(steps: ReadonlyArray<readonly [HttpRequest, Outcome]>): Promise<boolean> {
  const outcomes = steps.map(([, outcome]) => outcome)
  const http: Http = async () => {
    const outcome = outcomes.shift()
    if (typeof outcome !== 'number') throw outcome ?? new Error('nothing more')
    return { status: outcome, headers: [], body: '' }
  }
  const watch = watchRequests(clock, () => undefined)
  for (const [request] of steps)
    await watch
      .over(http)(request)
      .catch(() => undefined)
  return watch.mayHaveMade()
}

describe('whether a provider may have made a token', () => {
  it.each([
    ['nothing was asked', [], false],
    ['only what is there was read', [[get, 200]], false],
    ['a yes', [[post, 200]], true],
    ['a no', [[post, 401]], false],
    ['trouble at the server', [[post, 503]], false],
    ['no answer', [[post, lost]], true],
    ['no way there', [[post, unsent]], false],
    ['a redirect', [[post, redirect]], false],
    ['a yes that is too long', [[post, tooLong]], true],
    ['a request that could not be made', [[post, unusable]], false],
    ['a fault of ours', [[post, new Error('x')]], true],
    [
      'waiting for a person, who says no',
      [
        [post, 200],
        [post, 400],
        [post, 400],
      ],
      false,
    ],
    [
      'waiting for a person, who says yes',
      [
        [post, 200],
        [post, 400],
        [post, 200],
      ],
      true,
    ],
    [
      'no answer, then a no',
      [
        [post, lost],
        [post, 401],
      ],
      true,
    ],
    [
      'no way there, then a no',
      [
        [post, unsent],
        [post, 401],
      ],
      false,
    ],
    [
      'a yes, then reading',
      [
        [post, 200],
        [get, 500],
      ],
      true,
    ],
    [
      'the one that grants says yes, another no',
      [
        [post, 200],
        [{ ...post, grants: undefined }, 403],
      ],
      true,
    ],
    ['one that is known to grant nothing', [[{ ...post, grants: false }, 200]], false],
    ['a GET that grants', [[{ ...get, grants: true }, 200]], true],
  ] as ReadonlyArray<readonly [string, ReadonlyArray<readonly [HttpRequest, Outcome]>, boolean]>)(
    '%s',
    async (_what, steps, made) => {
      expect(await after(steps)).toBe(made)
    },
  )

  it('keeps a request back where it cannot be written down first', async () => {
    let sent = 0
    const http: Http = async () => {
      sent++
      return { status: 200, headers: [], body: '' }
    }
    const watch = watchRequests(clock, () => {
      throw new ToknError('store', 'the disk is full')
    })
    await expect(watch.over(http)(post)).rejects.toThrow('the disk is full')
    expect([sent, watch.mayHaveMade()]).toEqual([0, false])
  })

  it('hands an answer on only when it has been given to be kept', async () => {
    const order: string[] = []
    const http: Http = async () => ({ status: 200, headers: [], body: 'a' })
    const watch = watchRequests(
      clock,
      () => order.push('written'),
      async (answers) => {
        await Promise.resolve()
        order.push(`kept ${answers.length}`)
      },
    )
    for (const _ of [1, 2]) {
      await watch.over(http)(post)
      order.push('read')
    }
    expect(order).toEqual(['written', 'kept 1', 'read', 'written', 'kept 2', 'read'])
  })
})

describe('answers that were kept', () => {
  const answer = (place: string, body: string, method = 'POST'): KeptReply => ({
    method,
    place,
    sentAt: 4,
    at: 5,
    reply: { status: 200, headers: [['x', 'y']], body },
  })
  const place = 'https://api.example/tokens'
  const never: Http = async () => {
    throw new Error('sent')
  }

  it('are read back as they were written, and nothing else is', () => {
    expect(readKeptReply(JSON.parse(JSON.stringify(answer(place, 'a'))))).toEqual(
      answer(place, 'a'),
    )
    const { reply, ...rest } = answer(place, 'a')
    for (const odd of [null, 7, [], {}, rest, { ...rest, reply: {} }, { reply }, 'text']) {
      expect(readKeptReply(odd)).toBeUndefined()
    }
  })

  it('answer the same requests in their order, at the time they came, and are used once', async () => {
    const answers = [answer(place, 'a'), answer(place, 'b')]
    const again = replayReplies(answers, never, clock)
    expect(again.clock.now()).toBe(4)
    expect((await again.http(post)).body).toBe('a')
    expect((await again.http({ ...post, url: new URL(`${place}?y=2`) })).body).toBe('b')
    expect(again.clock.now()).toBe(5)
    await expect(again.http(post)).rejects.toThrow('sent')
    expect(again.clock.now()).toBe(7)
  })

  it('answer nothing that grants no tokens, or is another request', async () => {
    const again = replayReplies([answer(place, 'a')], never, clock)
    await expect(again.http(get)).rejects.toThrow('sent')
    await expect(again.http({ ...post, method: 'PUT' })).rejects.toThrow('sent')
    expect((await again.http(post)).body).toBe('a')
  })
})
