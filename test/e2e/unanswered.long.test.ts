import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, program, root, type Environment, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { plainDefinition } from './exit-codes/faults.ts'
import { hasTerminal, openTerminal, type Terminal } from '../support/terminal.ts'

/** A question of the program, and what is answered before it is asked. */
interface Question {
  readonly args: readonly string[]
  readonly env?: Environment
  readonly before: ReadonlyArray<readonly [question: RegExp, answer: string]>
  readonly asks: RegExp
}

const login = ['login', 'iot', '-p', 'rightech', '--base-url', 'http://127.0.0.1:9']
const named = [/User name/, 'ann'] as const
/** The first question of a login: the first answer is the one with credentials. */
const chosen: Question['before'][number] = [/How to log in[^]*(?:1-\d: |●)/, '1']
const drafted: Question['before'] = [
  [/Short name/, 'shop'],
  [/Its title/, 'Shop'],
  [/page that documents/, 'https://shop.example/docs'],
  [/Its address/, 'https://shop.example'],
  [/Path of the request/, '/login'],
]
const questions = new Map<string, Question>([
  ['a text', { args: login, before: [chosen], asks: /User name/ }],
  ['the way to log in', { args: login, before: [], asks: /How to log in[^]*(?:1-\d: |●)/ }],
  ['a password', { args: login, before: [chosen, named], asks: /Password/ }],
  [
    'yes or no',
    {
      args: ['provider', 'add', 'wide.json'],
      before: [],
      asks: /Is that right\?/,
    },
  ],
  [
    'a choice',
    {
      args: ['provider', 'new', 'shop.json'],
      before: drafted,
      asks: /password sent[^]*(?:1-\d: |●)/,
    },
  ],
  [
    'a text of several',
    { args: ['provider', 'new', 'shop.json'], before: drafted.slice(0, 3), asks: /Its address/ },
  ],
  [
    'a passphrase',
    {
      args: login,
      env: { TOKN_STORE_KEY: undefined, TOKN_USERNAME: 'ann', TOKN_PASSWORD: 'pass' },
      before: [],
      asks: /New passphrase/,
    },
  ],
])

const endings = new Map([
  ['the end of the input', '\u0004'],
  ['Ctrl-C', '\u0003'],
])

describe.skipIf(!hasTerminal())('a question that nobody answers', () => {
  let home: Home
  let server: Server
  let origin = ''
  beforeAll(async () => {
    home = makeHome()
    const wide = { ...JSON.parse(plainDefinition), apiOrigins: ['https://elsewhere.example'] }
    writeFileSync(join(home.work, 'wide.json'), JSON.stringify(wide))
    server = createServer((request, response) => {
      const device = { device_code: 'd', user_code: 'ABCD', verification_uri: `${origin}/device` }
      const pending = { error: 'authorization_pending' }
      const asked = request.url === '/device'
      if (request.url === '/declined') pending.error = 'authorization_declined'
      response.writeHead(asked ? 200 : 400, { 'content-type': 'application/json' })
      response.end(JSON.stringify(asked ? { ...device, expires_in: 600, interval: 5 } : pending))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.close()
    home.remove()
  })

  /** In a line of a shell that goes on only where all is well. */
  const andDeploy = ['sh', '-c', '"$@" && echo deployed', 'sh', process.execPath, program]

  async function ask(question: Question, env: Environment): Promise<Terminal> {
    const all = { ...question.env, ...env }
    const terminal = openTerminal(question.args, home, all, andDeploy)
    for (const [asked, answer] of question.before) {
      await terminal.until(asked)
      terminal.type(`${answer}\r`)
    }
    await terminal.until(question.asks)
    return terminal
  }

  const cases = [...questions].flatMap(([what, question]) =>
    [...endings].flatMap(([ending, key]) =>
      ['xterm', 'dumb'].map((term) => ({ what, question, ending, key, term })),
    ),
  )
  test.each(cases)('$what: $ending in a terminal of kind $term is 130', async (one) => {
    const terminal = await ask(one.question, { TERM: one.term })
    terminal.type(one.key)
    const { status, out, err } = await terminal.ended
    expect({ status, out }, err).toEqual({ status: 130, out: '' })
    expect(err).toContain('tokn: error: cancelled: the question was not answered')
    if (one.term === 'dumb') expect(terminal.raw()).not.toContain('\u001b')
    expect((await run(['profile', 'show', 'iot'], { home })).status).toBe(3)
  })

  test.each(['xterm', 'dumb'])('a terminal of kind %s that goes away ends it', async (term) => {
    const record = join(home.work, `status-${term}`)
    const words = ['sh', '-c', 'trap "" HUP; (trap - HUP; exec "$@"); echo $? > "$RECORD"', 'sh']
    const env = { TERM: term, RECORD: record }
    const terminal = openTerminal(login, home, env, [...words, process.execPath, program])
    await terminal.until(/How to log in/)
    terminal.hangUp()
    await expect.poll(() => readStatus(record), { timeout: 20_000 }).toBe('129')
  })

  test('a wait for somebody at another device ends with Ctrl-C, and does nothing', async () => {
    const args = ['login', 'tv', '-p', 'oauth', '--flow', 'device', '--client-id', 'tv']
    const endpoints = [
      '--set',
      `token_endpoint=${origin}/token`,
      '--set',
      `device_authorization_endpoint=${origin}/device`,
    ]
    const terminal = openTerminal([...args, ...endpoints], home, {}, andDeploy)
    await terminal.until(/enter the code ABCD/)
    terminal.type('\u0003')
    const { status, out } = await terminal.ended
    expect({ status, out }).toEqual({ status: 130, out: '' })
  })

  test('somebody who declines there is told of, with the next command', async () => {
    const args = ['login', 'tv', '-p', 'oauth', '--flow', 'device', '--client-id', 'tv']
    const endpoints = [
      '--set',
      `token_endpoint=${origin}/declined`,
      '--set',
      `device_authorization_endpoint=${origin}/device`,
    ]
    const { status, out, err } = await openTerminal([...args, ...endpoints], home).ended
    expect({ status, out }, err).toEqual({ status: 4, out: '' })
    expect(err).toContain('tokn: error: access was denied (authorization_declined)\n')
    // Nothing of it was kept: the line is needed whole.
    expect(err).toContain(`tokn: hint: tokn ${[...args, ...endpoints].join(' ')}\n`)
  })

  test('a question for the address that a browser ended at is one too', async () => {
    const args = ['login', 'work', '-p', 'oauth', '--flow', 'code', '--client-id', 'c']
    const endpoints = [
      '--set',
      `token_endpoint=${origin}/token`,
      '--set',
      `authorization_endpoint=${origin}/authorize`,
    ]
    const terminal = openTerminal([...args, ...endpoints, '--no-browser'], home, {}, andDeploy)
    await terminal.until(/paste the address/)
    terminal.type('\u0004')
    const { status, out } = await terminal.ended
    expect({ status, out }).toEqual({ status: 130, out: '' })
  })

  test.each([
    { CI: '0' },
    { CI: 'false' },
    { CI: 'no' },
    { CI: '' },
    { TOKN_NO_INPUT: '0' },
    { TOKN_NO_INPUT: 'false' },
  ])('%j keeps nobody from being asked', async (env) => {
    const terminal = await ask({ args: login, before: [chosen], asks: /User name/ }, env)
    terminal.type('\u0004')
    expect(await terminal.ended).toMatchObject({ status: 130 })
  })

  test.each([{ CI: '1' }, { CI: 'true' }, { CI: 'woodpecker' }, { TOKN_NO_INPUT: 'yes' }])(
    '%j does',
    async (env) => {
      const { status, err } = await openTerminal(login, home, env).ended
      expect(status, err).toBe(4)
      expect(err).toContain('nobody to ask')
    },
  )

  test('a terminal of 0 columns is taken for one of 80', async () => {
    const words = ['sh', '-c', 'stty cols 0 rows 0; exec "$@"', 'sh', process.execPath, program]
    const terminal = openTerminal(login, home, {}, words)
    await terminal.until(/How to log in to Rightech IoT Cloud\?/)
    terminal.type('\u0004')
    expect(await terminal.ended).toMatchObject({ status: 130 })
  })

  test('answers are taken line by line where there is no cursor, and a secret is not shown', async () => {
    const words = ['sh', '-c', 'stty cols 0; exec "$@"', 'sh', process.execPath, program]
    const terminal = openTerminal(login, home, { TERM: 'dumb' }, words)
    await terminal.until(chosen[0])
    terminal.type('1\r')
    await terminal.until(/User name/)
    terminal.type('ann\r')
    await terminal.until(/Password: /)
    terminal.type('CANARYX\u007f\r')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(7)
    expect(terminal.raw()).not.toMatch(/CANARY|\u001b/)
  })
})

describe('where there is no terminal', () => {
  let home: Home
  beforeAll(() => {
    home = makeHome()
  })
  afterAll(() => home.remove())

  test.each([
    ['login', 'iot', '-p', 'rightech', '--base-url', 'http://127.0.0.1:9', '--password-stdin'],
    ['login', 'iot', '-p', 'rightech', '--base-url', 'http://127.0.0.1:9', '--with-token'],
    ['login', 'iot', '-p', 'rightech', '--base-url', 'http://127.0.0.1:9', '--secret-file', '-'],
  ])('%s %s %s %s %s %s %s with nothing on standard input is 2', async (...args) => {
    const env = { TOKN_USERNAME: 'ann' }
    const ended = await run(args, { home, env, input: '' })
    expect(ended).toMatchObject({ status: 2, out: '' })
    expect(ended.err).toMatch(/^tokn: error: .+ is empty$/m)
  })

  test('an empty standard input is nobody to ask', async () => {
    expect(await run(login, { home, input: '' })).toMatchObject({ status: 4, out: '' })
  })

  test('a command that nothing can end any more is 1, and says so', async () => {
    const env = { TOKN_TOKEN: 'abc', TOKN_PROVIDER: 'hosterby' }
    const node = ['--require', join(root, 'test/support/never.cjs')]
    const ended = await run(['exec', '--', 'true'], { home, env, node })
    expect(ended).toMatchObject({ status: 1, out: '' })
    expect(ended.err).toContain('this is a bug in tokn')
  })
})

function readStatus(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
