import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, program, type Environment, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

let home: Home
let servers: Servers
let token: string

beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['hosterby', 'rightech'])
  for (const [name, api] of [
    ['web', servers.api('hosterby')],
    ['iot', servers.api('rightech')],
  ] as const) {
    const ended = await run(['login', name, ...addressOf(api)], { home, env: credentialsOf(api) })
    expect(ended, ended.err).toMatchObject({ status: 0 })
  }
  token = (await run(['token', 'web'], { home })).out.trim()
})

afterAll(async () => {
  await servers.close()
  home.remove()
})

/** A step as a runner of GitHub Actions sees it. */
interface Seen {
  readonly status: number
  /** What it puts into the log: each line of both streams with what was to be hidden so far hidden. */
  readonly log: readonly string[]
  /** The lines as they came. */
  readonly raw: readonly string[]
}

/**
 * Runs `script` by a shell with both streams going to one reader, which takes the commands out and
 * hides what they name, as `ActionCommandManager` and `SecretMasker` of the runner do.
 */
async function runStep(script: string, env: Environment = {}): Promise<Seen> {
  const child = spawn('sh', ['-c', `exec 2>&1; ${script}`], {
    env: { ...home.environment, GITHUB_ACTIONS: 'true', ...env },
    cwd: home.work,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const status = await new Promise<number>((resolve) => {
    child.on('close', (code) => resolve(code ?? -1))
  })
  const raw = Buffer.concat(chunks).toString().split('\n')
  const masks: string[] = []
  const log = raw.flatMap((line) => {
    const data = /^::add-mask::(.+)$/.exec(line)?.[1]
    if (data === undefined) {
      return masks.toSorted((a, b) => b.length - a.length).reduce(hide, line)
    }
    masks.push(data.replace(/%0D/g, '\r').replace(/%0A/g, '\n').replace(/%25/g, '%'))
    return []
  })
  return { status, log, raw }
}

const hide = (text: string, secret: string) => text.replaceAll(secret, '***')

describe('in a step of GitHub Actions nothing shows', () => {
  test.each([
    ['tokn token web', '***'],
    ['tokn token web -n', '***'],
    ['tokn token web -q', '***'],
    ['tokn token web -o header', 'Access-Token: ***'],
    ['tokn header web', 'Access-Token: ***'],
    ['tokn header web -o value -q', '***'],
    ['tokn token iot -o netrc', 'machine 127.0.0.1 login oauth2 password ***'],
    ['tokn token web --field token', '***'],
    ['tokn token web --json', '"token": "***",'],
    ['tokn header web --fields headers', '"Access-Token": "***"'],
    ['tokn env web --shell sh', "export TOKN_ACCESS_TOKEN='***'"],
    ['tokn exec web -e T -- sh -c \'echo "$T"\'', '***'],
    ['tokn exec web -e T -- sh -c \'echo "$T" >&2\'', '***'],
    ['tokn exec web -e T -- sh -c \'printf "oauth2:%s" "$T" | base64 -w0\'', '***'],
    ['TOKN_TOKEN=given-by-hand-123 tokn token', '***'],
    ['printf "%s\\n" "$(tokn token web)"', '***'],
  ])('%s', async (script, shown) => {
    const { status, log, raw } = await runStep(script)
    expect(status, raw.join('\n')).toBe(0)
    expect(log.join('\n')).toContain(shown)
    expect(log.join('\n')).not.toContain(token)
    expect(log.join('\n')).not.toContain('given-by-hand-123')
  })

  test('of a token that was issued, nor of both where there are two', async () => {
    const { status, log, raw } = await runStep('tokn issue iot --name ci --expires-in "1 day"')
    expect(status).toBe(0)
    const shown = raw.find((line) => /^[\w.-]{20,}$/.test(line)) ?? ''
    expect(shown).not.toBe('')
    expect(log.join('\n')).not.toContain(shown)
    expect(log).toContain('***')
  })

  test('where the token is for later steps, which find it', async () => {
    const [env, output] = [join(home.work, 'env'), join(home.work, 'output')]
    writeFileSync(env, 'A=1')
    writeFileSync(output, '')
    const files = { GITHUB_ENV: env, GITHUB_OUTPUT: output }
    const { status, log, raw } = await runStep('tokn token web -o github --var WEB', files)
    expect(status, raw.join('\n')).toBe(0)
    expect(log.join('')).toBe('')
    expect(readFileSync(env, 'utf8')).toBe(`A=1\nWEB=${token}\n`)
    expect(readFileSync(output, 'utf8')).toBe(`WEB=${token}\n`)
    for (const refused of ['GITHUB_TOKEN', 'runner_temp', 'NODE_OPTIONS']) {
      const said = await runStep(`tokn token web -o github --var ${refused}`, files)
      expect(said).toMatchObject({ status: 2 })
      expect(said.raw.join('\n')).toContain(`takes no variable ${refused}`)
    }
    expect(readFileSync(output, 'utf8')).toBe(`WEB=${token}\n`)
  })
})

describe('a token is not put anywhere to have it hidden', () => {
  test('standard error that goes to a file gets nothing', async () => {
    const { log } = await runStep('tokn token web 2>said >/dev/null; cat said')
    expect(log).toEqual([''])
  })

  test('nor does that of anything but a step', async () => {
    for (const env of [{ GITHUB_ACTIONS: undefined }, { GITHUB_ACTIONS: 'false' }]) {
      const { raw } = await runStep('tokn token web', env)
      expect(raw).toEqual([token, ''])
    }
  })

  test('standard output is what it is elsewhere', async () => {
    const ended = await run(['token', 'web'], { home, env: { GITHUB_ACTIONS: 'true' } })
    expect(ended).toMatchObject({ status: 0, out: `${token}\n` })
    expect(ended.err).toMatch(new RegExp(`^::add-mask::${token}\\n(?:::add-mask::\\S+\\n)+$`))
  })

  test('a reader of standard error that has gone, and one that was closed, change nothing', async () => {
    for (const script of [
      `"$NODE" "$TOKN" token web 2>&-`,
      `{ "$NODE" "$TOKN" token web 2>&3 | cat; } 3>&1 >out | true; cat out`,
    ]) {
      const { log } = await runStep(script, { NODE: process.execPath, TOKN: program })
      expect(log.filter((line) => line === token)).toHaveLength(1)
    }
  })

  test('and without a token nothing is said of one', async () => {
    const { status, raw } = await runStep('tokn token nobody')
    expect(status).toBe(3)
    expect(raw.join('\n')).not.toContain('add-mask')
  })
})
