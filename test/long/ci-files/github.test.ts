import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openWorld, type World } from '../../catalogue/world.ts'
import { openGitHub } from '../../oauth/github.ts'
import { runJob, type FinishedJob, type JobOptions } from '../../support/github-runner.ts'
import { makeHome, type Environment, type Home } from '../../support/home.ts'
import { packagesOfOthers, requirePackage } from '../../support/npm-parts.ts'
import { npm, packProgram } from '../../support/packed.ts'
import { requireParts } from '../../support/parts.ts'
import { until } from '../../support/until.ts'
import { readCiFile } from '../../support/yaml.ts'
import { holdersIn, loginOf } from '../ci-job.ts'

const able = requireParts('linux', 'bash')

/** A program that shows what it was given, in the log that many can read. */
const report = '#!/bin/sh\nset -e\ntest "$API_TOKEN" = "$(tokn token)"\necho "token: $API_TOKEN"\n'

function addProgram({ work }: Home, name: string, text: string): void {
  writeFileSync(join(work, name), text)
  chmodSync(join(work, name), 0o755)
}

interface Given {
  readonly home: Home
  readonly job: string
  readonly workflow: string
  readonly env: Environment
  readonly secrets: Readonly<Record<string, string>>
  readonly begins?: NonNullable<JobOptions['begins']>
}

async function run({ workflow, ...given }: Given): Promise<FinishedJob> {
  return await runJob({
    ...given,
    workflow,
    action: (path) => {
      expect(path).toBe('./.github/actions/tokn')
      return readCiFile('github/action.yml')
    },
  })
}

/** The example with the program that is built, at an API that is here, with its own credentials. */
function example({ api }: Pick<World, 'api'>) {
  const { TOKN_PROVIDER: provider = '', TOKN_BASE_URL, TOKN_API_URL, ...login } = loginOf(api)
  const names = Object.keys(login)
  const lines = names.map((name) => `          ${name}: \${{ secrets.${name.slice(5)} }}\n`)
  const workflow = readCiFile('github/workflow.yml', new URL(api.resource.url).origin)
    .replace('package: ./tools/tokn.tgz', "package: ''")
    .replace('provider: hosterby', `provider: ${provider}`)
    .replace(/( +TOKN_\w+_KEY: \$\{\{ secrets\.\w+ \}\}\n)+/, lines.join(''))
    .replace(/cloud\/orders/g, new URL(api.resource.url).pathname.slice(1))
  const secrets = Object.fromEntries(names.map((name) => [name.slice(5), login[name] ?? '']))
  return { job: 'orders', workflow, secrets, env: { TOKN_BASE_URL, TOKN_API_URL } }
}

/** No secret is where it was not asked for. */
function expectNothingShown(finished: FinishedJob, secrets: readonly string[]): void {
  expect(secrets.filter((secret) => finished.log.includes(secret))).toEqual([])
}

describe.skipIf(!able)('the action for GitHub', () => {
  test.skipIf(!requirePackage('action-validator', '@action-validator/core'))(
    'is one, and so is its workflow',
    () => {
      const { validateAction, validateWorkflow } = createRequire(import.meta.url)(
        join(packagesOfOthers, '@action-validator/core'),
      ) as Record<string, (text: string) => { readonly errors: readonly unknown[] }>
      const action = readCiFile('github/action.yml')
      expect(validateAction?.(action).errors).toEqual([])
      expect(validateAction?.(action.replace('shell: bash', 'shel: bash')).errors).not.toEqual([])
      const workflow = readCiFile('github/workflow.yml')
      expect(validateWorkflow?.(workflow).errors).toEqual([])
      expect(validateWorkflow?.(workflow.replace('runs-on', 'run-on')).errors).not.toEqual([])
    },
  )

  test('logs in once for a job, and ends that', async () => {
    const world = await openWorld('hosterby')
    const { api, home } = world
    addProgram(home, 'report', report)
    const given = example(world)
    const finished = await run({ home, ...given })
    expect(finished, finished.log).toMatchObject({ conclusion: 'success' })
    expect(api.state.counts.logins).toBe(1)
    expect(holdersIn(home)).toEqual([])
    expectNothingShown(finished, [...Object.values(given.secrets), ...api.state.live])
    expect(finished.log).toContain('\n::add-mask::***\n')
    expect(finished.log).toContain('\ntoken: ***\n')
    expect(finished.log).toContain('this job: erased here')
    expect(readFileSync(join(home.work, 'orders.json'), 'utf8')).toMatch(/^[[{]/)
    // The steps of the action have the keys; those of the job have the path of the socket.
    const withKeys = finished.scripts.map(({ env }) => env['TOKN_SECRET_KEY'] !== undefined)
    expect(withKeys).toEqual([true, true, false, false, false])
    const secrets = [...Object.values(given.secrets), ...api.state.live]
    for (const { env } of finished.scripts.slice(2)) {
      expect(secrets.filter((secret) => Object.values(env).includes(secret))).toEqual([])
    }
  })

  test('installs what npm pack has made, which sees no key', async () => {
    const world = await openWorld('hosterby')
    const { home } = world
    addProgram(home, 'report', report)
    packProgram(join(home.work, 'tools'))
    // Tells what it was given, and is npm.
    mkdirSync(join(home.path, 'watched'))
    const watched = join(home.path, 'watched/npm')
    writeFileSync(watched, `#!/bin/sh\nenv > '${home.path}/npm-env'\nexec '${npm}' "$@"\n`)
    chmodSync(watched, 0o755)
    const given = example(world)
    const finished = await run({
      home,
      ...given,
      workflow: given.workflow.replace("package: ''", 'package: ./tools/tokn.tgz'),
      env: {
        ...given.env,
        PATH: [dirname(watched), dirname(process.execPath), '/usr/bin:/bin'].join(delimiter),
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-token-of-the-runner',
      },
    })
    expect(finished, finished.log).toMatchObject({ conclusion: 'success' })
    expect(finished.scripts).toHaveLength(6)
    const seen = readFileSync(join(home.path, 'npm-env'), 'utf8')
    expect(seen).toContain('PACKAGE=')
    expect(seen).not.toMatch(/^TOKN_|^ACTIONS_ID_TOKEN/m)
  })

  test.each([
    ['fails', 'exit 3', 'failure'],
    ['is cancelled', 'touch started; sleep 60', 'cancelled'],
  ] as const)('ends the session of a job that %s', async (_, program, conclusion) => {
    const world = await openWorld('rightech')
    const { api, home } = world
    addProgram(home, 'report', `#!/bin/sh\n${program}\n`)
    const children: number[] = []
    const finished = await run({
      home,
      ...example(world),
      begins: (script, { child }, cancel) => {
        if (!script.includes('./report')) return
        children.push(child.pid ?? 0)
        if (conclusion === 'cancelled') setTimeout(cancel, 1_500)
      },
    })
    onTestFinished(() => {
      // What a runner leaves of a step that it has killed.
      for (const pid of children) endGroup(pid)
    })
    expect(finished, finished.log).toMatchObject({ conclusion })
    expect(finished.scripts.at(-1)).toMatchObject({ script: 'tokn ci end', status: 0 })
    expect(finished.log).toContain('this job: logged out')
    expect(api.state.live).toEqual([])
    expect(holdersIn(home)).toEqual([])
  })

  test('says what is wrong where the login fails, and nothing is left', async () => {
    const world = await openWorld('hosterby')
    const { home } = world
    const given = example(world)
    const secrets = Object.fromEntries(
      Object.keys(given.secrets).map((name) => [name, 'another-key-that-is-wrong']),
    )
    const finished = await run({ home, ...given, secrets })
    expect(finished).toMatchObject({ conclusion: 'failure' })
    expect(finished.scripts.map(({ status }) => status)).toEqual([4, 0])
    expect(finished.log).toContain('tokn: error: ')
    expect(finished.log).toContain('this job has no session that could be ended')
    await until(() => holdersIn(home).length === 0)
  })

  test('trades in the ID token of the job, and gives the token to the step that asks', async () => {
    const home = makeHome()
    onTestFinished(() => home.remove())
    const { asked, env } = await openGitHub()
    addProgram(home, 'deploy', report)
    const {
      TOKN_ISSUER: issuer = '',
      ACTIONS_ID_TOKEN_REQUEST_URL,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN,
    } = env
    const workflow = readCiFile('github/workflow.yml')
      .replace('https://sso.example.com', issuer)
      .replace('TOKN_CLIENT_ID: ci', 'TOKN_CLIENT_ID: native')
      .replaceAll('package: ./tools/tokn.tgz', "package: ''")
    const finished = await run({
      home,
      job: 'deploy',
      workflow,
      secrets: {},
      env: { ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN },
    })
    expect(finished, finished.log).toMatchObject({ conclusion: 'success' })
    expect(asked).toEqual(['Bearer the-token-of-the-runner'])
    const [, , deploy] = finished.scripts
    const token = deploy?.env['API_TOKEN'] ?? ''
    expect(token).toMatch(/^[\x21-\x7e]{20,}$/)
    expect(finished.log).not.toContain(token)
    expect(finished.log).toContain('\n  API_TOKEN: ***\n')
    expect(finished.log).toContain('this job: logged out')
    const given = finished.scripts.map(({ env: one }) => Object.values(one).includes(token))
    expect(given).toEqual([false, false, true, false])
    expect(holdersIn(home)).toEqual([])
  })
})

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It is gone.
  }
}
