import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askForJob } from '../../../src/app/job-socket.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-'))
  mkdirSync(join(folder, 'tokn'), { mode: 0o700 })
})
afterEach(() => rmSync(folder, { recursive: true }))

const answer = {
  socket: '/x',
  pid: 8,
  provider: 'mcs',
  title: 'MCS Vision',
  since: 1,
  until: 2,
  owner: 7,
  same: true,
  ending: false,
}

/** What a login with `provider` tells whoever listens at `path`, and what comes of it. */
async function ask(path: string, provider?: string) {
  const heard: (string | undefined)[] = []
  const server = createServer(({ url }, response) => {
    heard.push(url)
    response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => void server.listen(path, resolve))
  try {
    const environment = { XDG_RUNTIME_DIR: folder, TOKN_PASSWORD: 'guess me' }
    return { found: await askForJob(path, environment, 5_000, provider), heard }
  } finally {
    server.close()
  }
}

test.each([
  ['in the folder of the sockets of this user', 'tokn/ci-12-0a.sock'],
  ['in a temporary folder of its own', 'ci-12-0a.sock'],
])('the process of a job %s is told by what a login would be known', async (_, name) => {
  const { found, heard } = await ask(join(folder, name), 'mcs')
  expect(found).toEqual(answer)
  expect(heard).toEqual([
    expect.stringMatching(/^\/job\?provider=mcs&marks=.*TOKN_PASSWORD\.[0-9a-f]{8}/),
  ])
})

test.each([
  ['forwarded', 'tokn.sock'],
  ['of an agent', 'tokn/agent.sock'],
  ['of a job elsewhere', 'other/ci-12-0a.sock'],
])('a socket that is %s is told nothing of it', async (_, name) => {
  mkdirSync(join(folder, 'other'), { mode: 0o700 })
  expect(await ask(join(folder, name), 'mcs')).toEqual({ found: 'foreign', heard: [] })
  expect((await ask(join(folder, name))).heard).toEqual(['/job'])
})
