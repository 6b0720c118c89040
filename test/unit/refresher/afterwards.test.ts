import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parseRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { endOfOutcome, writeOutcome } from '../../../src/refresher/messages.ts'
import { refreshAndAnswer } from '../../../src/refresher/run.ts'
import { refreshInOwnProcess } from '../../../src/refresher/spawn.ts'
import { start } from '../session/memory-ports.ts'
import { openLoggedIn, tokens, web, type Script } from '../session/scripted.ts'

const [hour, day] = [3_600_000, 86_400_000]
let directory = ''
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const wanted = { profile: web.name, profileId: web.id }

/** Logged in, with a refresh token that ends soon, and not asked about for days. */
async function openEndingSoon(refreshEnd: Script['refreshEnd']) {
  const refresh = new Secret('refresh-1')
  const script: Script = { refreshEnd, refresh: async () => tokens('access-2', { refresh }) }
  const world = await openLoggedIn(script, { refresh }, { http: async () => Promise.reject() })
  const entry = world.ports.index.get(web.id)
  if (entry === undefined) throw new Error('it is not in the index')
  const renewalEnd = { at: start + day, since: start - 80 * day, asked: start - 2 * day }
  world.ports.index.put(web.id, { ...entry, renewalEnd })
  return world
}

describe('what is asked after a refresh', () => {
  it('comes after its answer', async () => {
    const said: string[] = []
    const { ports } = await openEndingSoon(async () => {
      said.push('asked')
      return { state: 'at', at: start + 90 * day }
    })
    const request = { ...wanted, refresh: { reason: 'forced', beyond: 1 } } as const
    await refreshAndAnswer(ports, request, (text) => {
      said.push(parseRecord(text, web.id).access.reveal())
    })
    expect(said).toEqual(['access-2', 'asked'])
    expect(ports.index.get(web.id)?.renewalEnd?.at).toBe(start + 90 * day)
  })

  it('makes no good refresh a failed one', async () => {
    const { ports } = await openEndingSoon(async () => {
      throw new TypeError('a bug')
    })
    const answers: string[] = []
    const request = { ...wanted, refresh: { reason: 'forced', beyond: 1 } } as const
    const run = refreshAndAnswer(ports, request, (text) => void answers.push(text))
    await expect(run).rejects.toThrow('a bug')
    expect(answers).toHaveLength(1)
  })

  it('is not waited for by whoever asked for the refresh', async () => {
    const { result, pid } = await askOne(`setTimeout(() => undefined, ${hour})`)
    expect(await result()).toEqual({ record: 'the record', warnings: ['take care'] })
    globalThis.process.kill(pid())
  })

  it.each([
    ['an exit status', 'process.exit(3)'],
    ['a signal', "process.kill(process.pid, 'SIGKILL')"],
    ['an error', "throw new Error('too late')"],
  ])('may end it by %s, and the answer holds', async (_, afterwards) => {
    const { result } = await askOne(afterwards)
    expect(await result()).toEqual({ record: 'the record', warnings: ['take care'] })
  })
})

/** What whoever asks gets of a process that answers, and then does `afterwards`. */
async function askOne(afterwards: string) {
  directory = mkdtempSync(join(tmpdir(), 'tokn-answer-'))
  const program = join(directory, 'program.mjs')
  const started = join(directory, 'process')
  const outcome = writeOutcome({ warnings: ['take care'], result: 'the record' }) + endOfOutcome
  // In two pieces: an answer is one when its end is there.
  writeFileSync(
    program,
    `import { writeFileSync, writeSync } from 'node:fs'
    import { setTimeout as delay } from 'node:timers/promises'
    writeFileSync(${JSON.stringify(started)}, String(process.pid))
    writeSync(1, ${JSON.stringify(outcome.slice(0, 9))})
    await delay(20)
    writeSync(1, ${JSON.stringify(outcome.slice(9))})
    ${afterwards}`,
  )
  const warnings: string[] = []
  const warn = (text: string) => void warnings.push(text)
  const spawning = { program, environment: {}, timeLeft: () => 20_000, warn }
  const requester = { command: 'tokn test', pid: 7, parent: 'sh', host: 'here' }
  return {
    pid: () => Number(readFileSync(started, 'utf8')),
    result: async () => {
      const record = await refreshInOwnProcess(spawning, {
        ...wanted,
        refresh: { reason: 'forced' },
        requester,
        debug: false,
      })
      return { record, warnings }
    },
  }
}
