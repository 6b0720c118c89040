import { expect, onTestFinished, test } from 'vitest'
import { makeHome } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { holdersIn, openJob } from '../long/ci-job.ts'
import { openGitHub } from './github.ts'

test.skipIf(!requirePart('linux'))(
  'a job trades in one ID token for all of its steps, and another when that is over',
  async () => {
    const home = makeHome()
    onTestFinished(() => home.remove())
    const { asked, env } = await openGitHub()
    const job = openJob(home)
    const started = await job.step('tokn ci start > /dev/null', env)
    expect(started, started.err).toMatchObject({ status: 0 })
    // The runner may make the tokens with which a step asks for an ID token anew.
    const later = { ...env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'that-of-another-step' }
    const [first, second] = [await job.step('tokn token', later), await job.step('tokn header')]
    expect(first, first.err).toMatchObject({ status: 0 })
    expect(second.out).toBe(`Authorization: Bearer ${first.out}`)
    expect(asked).toEqual(['Bearer the-token-of-the-runner'])
    const third = await job.step('tokn token --refresh force', later)
    expect(third, third.err).toMatchObject({ status: 0 })
    expect(third.out).not.toBe(first.out)
    expect(asked).toEqual(Array(2).fill('Bearer the-token-of-the-runner'))
    const end = await job.step('tokn ci end --json')
    expect(JSON.parse(end.out), end.err).toMatchObject({
      ended: true,
      revoked: true,
      verified: true,
    })
    expect(holdersIn(home)).toEqual([])
  },
)
