import { join } from 'node:path'
import { packagesOfOthers } from './npm-parts.ts'
import type { Environment, Home } from './home.ts'
import { newerNode } from './probes.ts'
import { startCommand, type Running } from './run.ts'
import { parseYaml } from './yaml.ts'

// What GitLab and its runner do with a job, as the source of the runner says it (gitlab-runner:
// shells/bash.go, shells/abstract.go).

/** A job with all that it extends and includes. */
export interface Job {
  readonly variables: Readonly<Record<string, string>>
  readonly before_script: readonly string[]
  readonly script: readonly string[]
  readonly after_script?: readonly string[]
  readonly id_tokens?: Readonly<Record<string, { readonly aud: string }>>
}

export const ciLocal = join(packagesOfOthers, 'gitlab-ci-local/dist/index.js')

/** Makes a repository of the folder `home.work`, with all that is in it. */
export async function trackFiles(home: Home): Promise<void> {
  const git = 'git init -q . && git remote add origin git@gitlab.com:group/project.git && git add .'
  const { status, err } = await startCommand(['sh', '-ec', git], { home }).ended
  if (status !== 0) throw new Error(err)
}

/** The jobs of `.gitlab-ci.yml` of the folder `home.work`, as gitlab-ci-local makes them of it. */
export async function expandJobs(home: Home): Promise<Readonly<Record<string, Job>>> {
  await trackFiles(home)
  const line = [newerNode, ciLocal, '--preview']
  const { status, out, err } = await startCommand(line, { home }).ended
  if (status !== 0 || !err.includes('json schema validated')) throw new Error(err)
  return parseYaml(out)[0] as Readonly<Record<string, Job>>
}

const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** How a runner wraps the lines of a job, by its version, its settings and where the shell is. */
export const wraps = {
  usual: (body: string) => `: | eval ${quote(body)}\nexit 0\n`,
  'new eval': (body: string) => `: | (eval ${quote(body)})\nexit 0\n`,
  kubernetes: (body: string) =>
    [
      'runner_script_trap() {',
      '  exit_code=$?',
      '  echo "{\\"command_exit_code\\": $exit_code}"',
      '  exit 0',
      '}',
      'trap runner_script_trap EXIT',
      `: | eval ${quote(body)}`,
      'exit 0\n',
    ].join('\n'),
} as const

export interface StageOptions {
  readonly home: Home
  readonly shell: readonly string[]
  readonly wrap: (body: string) => string
  /** Set for this stage, as all variables of a job are for each. */
  readonly variables: Environment
}

/** Runs lines in one shell, which reads them from its standard input. */
export function startStage(lines: readonly string[], options: StageOptions): Running {
  const { home, shell, wrap, variables } = options
  const set = Object.entries({
    CI: 'true',
    GITLAB_CI: 'true',
    CI_JOB_TIMEOUT: '3600',
    CI_PROJECT_DIR: home.work,
    ...variables,
  }).map(([name, value]) => `export ${name}=${quote(value ?? '')}`)
  const shown = lines.flatMap((line) => [`echo ${quote(`$ ${line.split('\n')[0]}`)}`, line])
  const head = [
    'trap exit 1 TERM',
    'if set -o | grep pipefail > /dev/null; then set -o pipefail; fi; set -o errexit',
    'set +o noclobber',
  ]
  const input = [...head, wrap([...set, ...shown].join('\n'))].join('\n')
  const env = {
    XDG_RUNTIME_DIR: join(home.path, 'run'),
    TOKN_STORE: undefined,
    TOKN_STORE_KEY: undefined,
  }
  return startCommand(shell, { home, env, input })
}
