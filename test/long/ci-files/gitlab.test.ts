import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openWorld } from '../../catalogue/world.ts'
import { openGitHub } from '../../oauth/github.ts'
import {
  ciLocal,
  expandJobs,
  startStage,
  trackFiles,
  wraps,
  type Job,
} from '../../support/gitlab-runner.ts'
import { makeHome, type Environment, type Home } from '../../support/home.ts'
import { requirePackage } from '../../support/npm-parts.ts'
import { packProgram } from '../../support/packed.ts'
import { requirePart, requireParts } from '../../support/parts.ts'
import { newerNode } from '../../support/probes.ts'
import { startCommand } from '../../support/run.ts'
import { until } from '../../support/until.ts'
import { ciFiles, readCiFile } from '../../support/yaml.ts'
import { holdersIn, loginOf } from '../ci-job.ts'

const able =
  requireParts('linux', 'bash', 'dash', 'git', 'node 22') && requirePackage('gitlab-ci-local')

/** A project with the files, whose job does what `script` says. */
function lay(home: Home, script: readonly string[], change = (text: string) => text): void {
  mkdirSync(join(home.path, 'run'), { mode: 0o700, recursive: true })
  mkdirSync(join(home.work, 'templates'))
  const template = 'templates/tokn.yml'
  copyFileSync(join(ciFiles, 'gitlab', template), join(home.work, template))
  const lines = script.map((line) => `    - ${JSON.stringify(line)}\n`)
  const [head] = readCiFile('gitlab/.gitlab-ci.yml').split(/(?<= {2}script:\n)/)
  writeFileSync(join(home.work, '.gitlab-ci.yml'), change(head + lines.join('')))
}

const here = (text: string) => text.replace('package: ./tools/tokn.tgz', "package: ''")

/** What GitLab makes of the two files; the script is that of the test. */
let expanded: Job
beforeAll(async () => {
  if (!able) return
  const home = makeHome()
  lay(home, ['true'], (text) => here(text).replace('provider: hosterby', 'provider: rightech'))
  expanded = (await expandJobs(home))['report']!
  home.remove()
})

/** A job at an API that revokes, and what the variables of its project are. */
async function openProject(script: readonly string[]) {
  const { api, home } = await openWorld('rightech')
  mkdirSync(join(home.path, 'run'), { mode: 0o700 })
  const { TOKN_PROVIDER: _, ...variables } = loginOf(api)
  const secrets = () => [
    ...Object.values(api.credentials),
    ...api.state.tokens.map(({ access }) => access),
  ]
  return { api, home, job: { ...expanded, script }, variables, secrets }
}

const script = [
  'test "$(tokn token)" = "$(tokn token)"',
  'tokn exec -e T -- sh -c \'test -n "$T"\'',
  'env > seen-env',
]

function begin(
  { before_script, script: lines, variables }: Job,
  home: Home,
  given: Environment,
  shell: readonly string[] = ['bash'],
  wrap: (body: string) => string = wraps.usual,
) {
  const all = { ...variables, ...given }
  return startStage([...before_script, ...lines], { home, shell, wrap, variables: all })
}

describe.skipIf(!able)('the component for GitLab', () => {
  test.each([
    ['bash', 'usual'],
    ['bash', 'new eval'],
    ['bash', 'kubernetes'],
    ['dash', 'usual'],
  ] as const)('logs in once for a job, and ends that: %s, %s', async (shell, wrap) => {
    const { api, home, job, variables, secrets } = await openProject(script)
    const { status, out, err } = await begin(job, home, variables, [shell], wraps[wrap]).ended
    expect(status, `${out}${err}`).toBe(0)
    expect(api.state.counts.logins).toBe(1)
    expect(api.state.live).toEqual([])
    expect(holdersIn(home)).toEqual([])
    expect(err).toContain('this job: logged out')
    if (wrap === 'kubernetes') expect(out).toContain('{"command_exit_code": 0}')
    expect(secrets().filter((secret) => `${out}${err}`.includes(secret))).toEqual([])
    // A program of the script has none of the variables that the login took.
    const seen = readFileSync(join(home.work, 'seen-env'), 'utf8')
    expect(seen.match(/^TOKN_\w+/gm)).toEqual(['TOKN_AGENT_SOCK'])
  })

  test('ends the session of a job that fails, whose status stays', async () => {
    const { api, home, job, variables } = await openProject(['tokn token > /dev/null', 'exit 5'])
    const { status, err } = await begin(job, home, variables).ended
    expect(status, err).toBe(5)
    expect(api.state.live).toEqual([])
  })

  test('fails where the login does, before the script', async () => {
    const { home, job, variables } = await openProject(['touch begun'])
    const wrong = { ...variables, TOKN_PASSWORD: 'another-password' }
    const { status, out } = await begin(job, home, wrong).ended
    expect(status).toBe(4)
    expect(out).not.toContain('$ touch begun')
    await until(() => holdersIn(home).length === 0)
  })

  test.each(['everything is asked to end', 'the shell is killed'])(
    'ends the session of a job that is cancelled: %s',
    async (how) => {
      const { api, home, job, variables } = await openProject(['touch begun', 'sleep 50'])
      const { child, ended } = begin(job, home, variables)
      await until(() => readdirSync(home.work).includes('begun'))
      expect(api.state.live).toHaveLength(1)
      if (how === 'the shell is killed') child.kill('SIGKILL')
      else {
        // As the runner does it in a container: all of them, the last first.
        const all = [...processesOf(home)].toSorted((a, b) => b - a)
        for (const pid of all) process.kill(pid, 'SIGTERM')
      }
      await until(() => holdersIn(home).length === 0 && api.state.live.length === 0)
      for (const pid of processesOf(home)) process.kill(pid, 'SIGKILL')
      expect((await ended).status).not.toBe(0)
    },
  )

  test('leaves nothing to the shell of after_script', async () => {
    const { home, job, variables } = await openProject(script)
    const after = ['test -z "${TOKN_AGENT_SOCK-}"', 'tokn ci end']
    expect((await begin(job, home, variables).ended).status).toBe(0)
    const stage = { home, shell: ['bash'], wrap: wraps.usual, variables: { ...job.variables } }
    const { status, err } = await startStage(after, stage).ended
    expect(status, err).toBe(0)
    expect(err).toContain('this job has no session that could be ended')
  })

  test('trades in the ID token of the job', async () => {
    const home = makeHome()
    onTestFinished(() => home.remove())
    const { env, idToken } = await openGitHub()
    const { TOKN_ISSUER: issuer = '' } = env
    lay(home, script, (text) =>
      here(text)
        .replace('extends: .tokn', 'extends: .tokn-id-token')
        .replace('provider: hosterby', `provider: oauth\n      audience: ${issuer}`),
    )
    const job = (await expandJobs(home))['report']
    expect(job?.id_tokens).toEqual({ TOKN_CI_ID_TOKEN: { aud: issuer } })
    const { status, out, err } = await begin(job!, home, {
      TOKN_ISSUER: issuer,
      TOKN_CLIENT_ID: 'native',
      // As GitLab makes it for the audience that the job names.
      TOKN_CI_ID_TOKEN: await idToken(issuer),
    }).ended
    expect(status, `${out}${err}`).toBe(0)
    expect(err).toContain('this job: logged out')
    const seen = readFileSync(join(home.work, 'seen-env'), 'utf8')
    expect(seen.match(/^TOKN_\w+/gm)).toEqual(['TOKN_AGENT_SOCK'])
  })

  test.skipIf(!requirePart('rsync'))(
    'installs what npm pack has made, in gitlab-ci-local',
    async () => {
      const { api, home, variables, secrets } = await openProject(script)
      const lines = ['command -v tokn > where', ...script]
      // Without an image it runs on this machine.
      lay(home, lines, (text) =>
        text.replace('provider: hosterby', 'provider: rightech').replace(/^ +image: .*\n/m, ''),
      )
      packProgram(join(home.work, 'tools'))
      await trackFiles(home)
      const given = Object.entries(variables).map(([name, value]) => `${name}: ${value}\n`)
      writeFileSync(join(home.work, '.gitlab-ci-local-variables.yml'), given.join(''))
      onTestFinished(() => writeFileSync(join(home.work, '.gitlab-ci-local-variables.yml'), ''))
      const line = [newerNode, ciLocal, '--no-shell-isolation', 'report']
      const env = {
        PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
        XDG_RUNTIME_DIR: join(home.path, 'run'),
        TOKN_STORE: undefined,
        TOKN_STORE_KEY: undefined,
      }
      const { status, out, err } = await startCommand(line, { home, env }).ended
      expect(status, `${out}${err}`).toBe(0)
      const where = readFileSync(join(home.work, 'where'), 'utf8')
      expect(where).toBe(`${home.work}/.tokn-ci/node_modules/.bin/tokn\n`)
      expect(api.state.counts.logins).toBe(1)
      expect(api.state.live).toEqual([])
      expect(secrets().filter((secret) => `${out}${err}`.includes(secret))).toEqual([])
    },
  )
})

/** The processes that were started in this home, and are there. */
function processesOf({ path }: Home): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'latin1').includes(`HOME=${path}/`)
      } catch {
        return false
      }
    })
    .map(Number)
}
