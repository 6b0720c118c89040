import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { misfitsOf } from '../support/fits-shape.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers

beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'])
  const api = servers.api('hosterby')
  const ended = await run(['login', 'web', ...addressOf(api)], { home, env: credentialsOf(api) })
  expect(ended, ended.err).toMatchObject({ status: 0 })
})

afterAll(async () => {
  await servers.close()
  home.remove()
})

/** Each command, with what makes it do its work, and what makes it find nothing. */
const lines: ReadonlyArray<readonly [well: string, absent?: string]> = [
  ['token web', 'token nobody'],
  ['header web', 'header nobody'],
  ['env web --shell sh', 'env nobody --shell sh'],
  ['status', 'status nobody'],
  ['list web --local', 'list nobody'],
  ['check web', 'check nobody'],
  ['info web --local', 'info nobody'],
  ['refresh web', 'refresh nobody'],
  ['issue web', 'issue nobody'],
  ['revoke x -P web', 'revoke x -P nobody'],
  ['logout nobody', 'logout nobody'],
  ['login', 'login x -p nobody'],
  ['profile list'],
  ['profile show web', 'profile show nobody'],
  ['profile use web', 'profile use nobody'],
  ['profile bind web --yes', 'profile bind nobody'],
  ['profile unbind'],
  ['profile rename web web', 'profile rename nobody a'],
  ['profile remove web', 'profile remove nobody'],
  ['profile forget-credentials web', 'profile forget-credentials nobody'],
  ['provider list'],
  ['provider show mcs', 'provider show nobody'],
  ['provider add nobody.json', 'provider add nobody.json'],
  ['provider remove nobody', 'provider remove nobody'],
  ['provider scopes web', 'provider scopes nobody'],
  ['provider test nobody', 'provider test nobody'],
  ['which', 'which nobody'],
  ['why web', 'why nobody'],
  ['doctor --offline'],
  ['uninstall --list'],
  ['agent status', 'agent stop'],
  ['agent install --dry-run'],
  ['ci start', 'ci end'],
  ['sandbox nobody'],
  ['help json', 'help nobody'],
  ['--version', '--versions'],
  ['profile --help', 'profile nobody'],
  ['nobody', 'nobody nobody'],
]

/** What is wrong with how a command ended: it has to print a document, or an error that is one. */
async function complaints(words: readonly string[], env = {}): Promise<readonly string[]> {
  const runtime = { XDG_RUNTIME_DIR: home.path }
  const { status, out, err } = await run(words, { home, env: { ...runtime, ...env } })
  const wrong: string[] = []
  const [answer, error] = [out, err].map((text) => schemaOf(text))
  const judged = out !== ''
  if (status === 0 && (answer === undefined || err !== '')) {
    if (answer === undefined) wrong.push(`no document: ${out.slice(0, 80)}`)
  }
  if (status !== 0 && error !== 'tokn.error/v1') wrong.push(`no error: ${err.slice(0, 80)}`)
  if (judged && answer === undefined) wrong.push(`text: ${out.slice(0, 80)}`)
  if (error !== undefined && exitOf(err) !== status) wrong.push(`${status} is told otherwise`)
  return [...wrong, ...misfitsOf(out), ...misfitsOf(err)]
}

function schemaOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { schema?: string }).schema
  } catch {
    return undefined
  }
}

function exitOf(text: string): number {
  return (JSON.parse(text) as { exit: number }).exit
}

describe('with --json a document or an error is printed by', () => {
  test.each(lines.map(([well, absent]) => [well, absent ?? ''] as const))(
    'tokn %s; %s',
    async (well, absent) => {
      const words = well.split(' ')
      expect(await complaints([...words, '--json'])).toEqual([])
      if (absent !== '') expect(await complaints([...absent.split(' '), '--json'])).toEqual([])
      // The flag may stand before the command, and what is wrong behind it.
      expect(await complaints(['--json', ...words, '--no-such-flag'])).toEqual([])
    },
  )
})

describe('an error of a command whose output is that of a program', () => {
  test.each([
    ['exec nobody --json -- true', 111],
    ['--json exec nobody -- true', 111],
    ['exec web --json', 2],
    ['exec web --json -- ./no-such-program', 127],
    ['curl nobody --json -- https://api.example.com/', 3],
    ['curl web --json -- https://elsewhere.example/', 2],
    ['curl web --json -- --next', 2],
    ['agent run --json --lifetime x', 2],
    ['demo --json --no-such-flag', 2],
    ['provider new --json', 2],
  ])('tokn %s', async (line, status) => {
    const ended = await run(line.split(' '), { home })
    expect(ended).toMatchObject({ status, out: '' })
    expect(schemaOf(ended.err)).toBe('tokn.error/v1')
    expect(exitOf(ended.err)).toBe(status)
  })
})

describe('an error from before a command is known', () => {
  test.each([
    [{ TOKN_STORE: 'nowhere' }, 'token web'],
    [{ TOKN_PROFILE: 'a\nb' }, 'why'],
    [{ TOKN_TIMEOUT: 'soon' }, 'token web --refresh force'],
    [{ TOKN_MIN_TTL: 'soon' }, 'token web'],
    [{ TOKN_API_URL: '::', TOKN_TOKEN: 'x', TOKN_PROVIDER: 'mcs' }, 'token'],
    [{ TOKN_TOKEN_FILE: '/no/such/file' }, 'token'],
    [{ TOKN_PROVIDER: 'nobody' }, 'token'],
    [{}, ''],
    [{}, '--no-such-flag'],
    [{}, 'profile'],
    [{}, 'profile use'],
    [{}, 'token a b'],
    [{}, 'token web --min-ttl'],
    [{}, 'token web -o yaml'],
    [{}, 'token web --quiet=yes'],
  ] as const)('%j tokn %s', async (env, line) => {
    const words = line === '' ? [] : line.split(' ')
    expect(await complaints([...words, '--json'], env)).toEqual([])
    const { status, out } = await run([...words, '--json'], { home, env })
    expect({ out, failed: status !== 0 }).toEqual({ out: '', failed: true })
  })
})

describe('--fields', () => {
  test.each([
    ['token web', 'expires_at,token'],
    ['status', 'profile,state'],
    ['profile list', 'name,provider'],
    ['provider list', 'id'],
    ['list --local', 'profile,provider,expires_at'],
    ['list web --local', 'profile,provider'],
    ['check web', 'profile,ok'],
    ['which', 'winner'],
    ['why web', 'generation,reason'],
    ['doctor --offline', 'id,status'],
    ['uninstall --list', 'kind,path'],
    ['info web --local', 'provider,access'],
  ])('of tokn %s takes %s, and names what there is for another', async (line, fields) => {
    const words = line.split(' ')
    const { out } = await run([...words, '--fields', fields], { home })
    const document = JSON.parse(out) as Record<string, unknown>
    const [list] = Object.values(document).filter((value) => Array.isArray(value)) as unknown[][]
    const seen = { ...document, ...(list?.[0] as object | undefined) }
    expect(Object.keys(seen)).toEqual(expect.arrayContaining(fields.split(',')))
    const wrong = await run([...words, '--fields', `${fields},nothing`], { home })
    expect(wrong).toMatchObject({ status: 2, out: '' })
    const { message, hint } = JSON.parse(wrong.err) as { message: string; hint: string }
    expect(message).toBe('there is no field "nothing"')
    for (const name of fields.split(',')) expect(hint).toMatch(new RegExp(`[ ,]${name}(,|$)`))
  })

  test('of an empty list is an empty list', async () => {
    const empty = makeHome()
    const ended = await run(['list', '--local', '--fields', 'id,provider'], { home: empty })
    expect(JSON.parse(ended.out)).toEqual({ schema: 'tokn.list/v1', tokens: [] })
    const wrong = await run(['list', '--local', '--fields', 'id,nothing'], { home: empty })
    expect(wrong).toMatchObject({ status: 2, out: '' })
    empty.remove()
  })
})
