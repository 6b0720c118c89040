import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeHome } from '../support/home.ts'
import { start } from '../support/run.ts'

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'a demo that %s ends keeps nothing, and says so',
  async (signal) => {
    const home = makeHome()
    const temporary = join(home.path, 'tmp')
    const { child, ended } = start(['demo'], { home })
    // Once a command of it has shown what it says, a session is in the folder.
    await new Promise<void>((resolve) => {
      let shown = ''
      child.stdout?.on('data', (chunk: Buffer) => {
        shown += chunk.toString()
        if (/logged in/.test(shown)) resolve()
      })
    })
    expect(readdirSync(temporary)).toHaveLength(1)
    child.kill(signal)
    const { status, err } = await ended
    expect({ status, err }).toEqual({
      status: 130,
      err: 'tokn: error: cancelled; nothing is kept\n',
    })
    expect(readdirSync(temporary)).toEqual([])
    home.remove()
  },
)
