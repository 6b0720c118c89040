import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, root, type Home } from '../support/home.ts'
import { start, startCommand, type Running } from '../support/run.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** Lines of the shell in a section of the README, without what they say beside them. */
function linesUnder(heading: string): readonly string[] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const blocks = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block)
  return blocks
    .flatMap((block) => block.trimEnd().split('\n'))
    .map((line) => line.split(/\s+#/)[0] ?? '')
}

describe('a newcomer with the README, in an empty home', () => {
  const home: Home = makeHome()
  const printed: string[] = []
  let sandbox: Running
  // Nothing of the usual home of a test: where secrets go is what the README says.
  const env = { TOKN_STORE: undefined, TOKN_STORE_KEY: undefined }
  const settings: string[] = []
  const shell = async (line: string) =>
    await startCommand(['sh', '-c', [...settings, line].join('\n')], { home, env }).ended

  beforeAll(async () => {
    sandbox = start(['sandbox'], { home, env })
    sandbox.child.stdout?.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
    while (!printed.join('').includes('tokn login hosterby')) await sleep(50)
  })
  afterAll(async () => {
    sandbox.child.kill('SIGINT')
    await sandbox.ended
    home.remove()
  })

  test('makes a key for encrypted files', async () => {
    const [make = '', set = ''] = linesUnder('Install').slice(-2)
    expect(make).toContain('randomBytes(32)')
    expect(set).toMatch(/^export TOKN_STORE=file /)
    expect(await shell(make)).toMatchObject({ status: 0, out: '', err: '' })
    settings.push(set)
  })

  test('logs in to four APIs by the lines that the sandbox prints', async () => {
    expect(linesUnder('The first ten minutes')[0]).toBe('tokn sandbox')
    const lines = printed.join('').split('\n')
    for (const name of ['oz', 'mcs', 'rightech', 'hosterby']) {
      const line = lines.find((one) => one.includes(` tokn login ${name} `)) ?? ''
      const { status, err } = await shell(line)
      expect({ status, err }).toEqual({ status: 0, err: expect.stringContaining(`"${name}"`) })
    }
  })

  test('issues a token and revokes it, and each line that follows does what it says', async () => {
    const [, ...lines] = linesUnder('The first ten minutes')
    expect(lines.map((line) => line.split(' ')[1])).toEqual([
      'status',
      'header',
      'issue',
      'list',
      'revoke',
      'logout',
    ])
    for (const line of lines) {
      // Nobody is there to say yes.
      const { status, err } = await shell(line.includes('--all') ? `${line} --yes` : line)
      expect({ line, status }, err).toEqual({ line, status: 0 })
    }
  })
})
