import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { startCommand, type Running } from './run.ts'
import type { Environment, Home } from './home.ts'
import { fill, fillAll, look, readCommands, type Contexts } from './github-values.ts'
import { parseYaml } from './yaml.ts'

// What a runner of GitHub does with a job, as its source and its documents say it (actions/runner:
// ScriptHandler, CompositeActionHandler, FileCommandManager, ActionCommandManager, ProcessInvoker).

interface Step {
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, unknown>>
  readonly shell?: string
  readonly run?: string
}

interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly default?: string; readonly required?: boolean }>
  >
  readonly outputs?: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>
}

/** What a runner is given, and what it is asked to do on the way. */
export interface JobOptions {
  readonly home: Home
  readonly workflow: string
  readonly job: string
  readonly secrets?: Readonly<Record<string, string>>
  /** What the machine of the runner has. */
  readonly env?: Environment
  /** The text of the action at a path of the repository. */
  action(path: string): string
  /** Sees each script begin; `cancel` does what a user does who cancels the job. */
  begins?(script: string, running: Running, cancel: () => void): void
}

/** How a script of a step ended, and what was in its environment. */
export interface RunScript {
  readonly script: string
  readonly status: number
  readonly env: Environment
}

export interface FinishedJob {
  readonly scripts: readonly RunScript[]
  /** What everybody may read who may read the repository: masked. */
  readonly log: string
  readonly conclusion: 'success' | 'failure' | 'cancelled'
}

/** `sh` where nobody names a shell would be `bash -e`; the files here name theirs, or take that. */
const shells: Readonly<Record<string, readonly string[]>> = {
  bash: ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail'],
  none: ['bash', '-e'],
}

/** Milliseconds between SIGINT, SIGTERM and SIGKILL; a real runner takes 7,500 and 2,500. */
const grace = [700, 700] as const

/** Runs a job of a workflow to its end. */
export async function runJob(options: JobOptions): Promise<FinishedJob> {
  const { home, secrets = {} } = options
  const temporary = join(home.path, 'runner-temp')
  const commands = join(temporary, '_runner_file_commands')
  mkdirSync(commands, { recursive: true })
  mkdirSync(join(home.path, 'run'), { mode: 0o700, recursive: true })
  const tracking = `github_${randomUUID()}`
  const masks = new Set(Object.values(secrets))
  const found = { env: {} as Record<string, string>, paths: [] as string[] }
  const scripts: RunScript[] = []
  let log = ''
  let failed = false
  let cancelled = false

  const write = (line: string) => {
    let text = line
    for (const mask of [...masks].toSorted((a, b) => b.length - a.length)) {
      text = text.replaceAll(mask, '***')
    }
    log += `${text}\n`
  }
  /** A line of output: what it asks of the runner is done, and not shown. */
  const hear = (line: string) => {
    const [, mask] = /^::add-mask::(.+)$/.exec(line) ?? []
    if (mask === undefined) return write(line)
    masks.add(unescapeData(mask))
    write('::add-mask::***')
  }

  const workflow = parseYaml(options.workflow)[0] as Workflow
  const job = workflow.jobs[options.job]
  if (job === undefined) throw new Error(`there is no job ${options.job}`)
  await runSteps(job.steps, { secrets }, {})
  const left = processesWith(`RUNNER_TRACKING_ID=${tracking}`)
  // "Cleaning up orphan processes": they are not asked.
  for (const pid of left) process.kill(pid, 'SIGKILL')
  return { scripts, log, conclusion: cancelled ? 'cancelled' : failed ? 'failure' : 'success' }

  async function runSteps(
    steps: readonly Step[],
    given: Contexts,
    outer: Readonly<Record<string, string>>,
  ): Promise<Contexts> {
    const outputs: Record<string, Outputs> = {}
    const contexts: Contexts = { ...given, steps: outputs }
    for (const step of steps) {
      if (!isMeant(step.if, contexts)) continue
      const env = { ...outer, ...fillAll(step.env ?? {}, contexts) }
      const made =
        step.run === undefined
          ? await useAction(step, env, contexts)
          : await runScript(fill(step.run, contexts), step.shell, env)
      if (step.id !== undefined) outputs[step.id] = { outputs: made }
    }
    return contexts
  }

  function isMeant(condition: string | undefined, contexts: Contexts): boolean {
    if (condition?.includes('always()') === true) return true
    if (failed || cancelled) return false
    if (condition === undefined) return true
    const [, path = '', value] = /^([\w.]+) != '(.*)'$/.exec(condition) ?? []
    if (value === undefined) throw new Error(`this runner does not know the condition ${condition}`)
    return look(path, contexts) !== value
  }

  async function useAction(
    step: Step,
    env: Readonly<Record<string, string>>,
    contexts: Contexts,
  ): Promise<Readonly<Record<string, string>>> {
    if (step.uses?.startsWith('actions/checkout@') === true) return {}
    const action = parseYaml(options.action(step.uses ?? ''))[0] as Action
    if (action.runs.using !== 'composite') throw new Error('this runner knows no such action')
    const given = fillAll(step.with ?? {}, contexts)
    const inputs = Object.fromEntries(
      Object.entries(action.inputs).map(([name, input]) => {
        const value = given[name] ?? input.default
        if (input.required === true && value === undefined) throw new Error(`no input ${name}`)
        return [name, value ?? '']
      }),
    )
    for (const name of Object.keys(given)) {
      if (!(name in inputs)) throw new Error(`the action has no input ${name}`)
    }
    // An action sees no secrets but those it is given, and its outputs are all that is seen of it.
    const inner = await runSteps(action.runs.steps, { inputs }, env)
    const outputs = Object.entries(action.outputs ?? {})
    return Object.fromEntries(outputs.map(([name, { value }]) => [name, fill(value, inner)]))
  }

  async function runScript(
    script: string,
    shell: string | undefined,
    stepEnv: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> {
    const id = randomUUID()
    const file = (name: string) => {
      const path = join(commands, `${name}_${id}`)
      writeFileSync(path, '')
      return path
    }
    const files = {
      GITHUB_ENV: file('set_env'),
      GITHUB_OUTPUT: file('set_output'),
      GITHUB_PATH: file('add_path'),
      GITHUB_STEP_SUMMARY: file('step_summary'),
      GITHUB_STATE: file('save_state'),
    }
    const env: Environment = {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: home.work,
      RUNNER_TEMP: temporary,
      RUNNER_TRACKING_ID: tracking,
      XDG_RUNTIME_DIR: join(home.path, 'run'),
      TOKN_STORE: undefined,
      TOKN_STORE_KEY: undefined,
      ...options.env,
      ...found.env,
      PATH: [...found.paths, options.env?.['PATH'] ?? home.environment['PATH']].join(delimiter),
      ...files,
      ...stepEnv,
    }
    const path = join(temporary, `${id}.sh`)
    writeFileSync(path, script)
    const line = shells[shell ?? 'none']
    if (line === undefined) throw new Error(`this runner does not know the shell ${shell}`)
    for (const shown of [`Run ${script}`, 'env:', ...Object.entries(stepEnv).map(showVariable)]) {
      for (const one of shown.split('\n')) write(one)
    }
    const running = startCommand([...line, path], { home, env })
    for (const stream of [running.child.stdout, running.child.stderr]) eachLine(stream, hear)
    const exited = new Promise<number>((resolve) =>
      running.child.once('exit', (status, signal) =>
        resolve(status ?? (signal === null ? -1 : 137)),
      ),
    )
    options.begins?.(script, running, () => void cancel(running))
    // Where it was cancelled, what it has left holds its output open, and nobody waits for that.
    const status = await exited
    if (!cancelled) await running.ended
    else running.ended.catch(() => undefined)
    scripts.push({ script, status, env })
    if (status !== 0) failed = true
    Object.assign(found.env, readCommands(readFileSync(files.GITHUB_ENV, 'utf8')))
    const added = readFileSync(files.GITHUB_PATH, 'utf8').split('\n')
    found.paths.unshift(...added.filter((one) => one !== '').toReversed())
    write(readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'))
    return readCommands(readFileSync(files.GITHUB_OUTPUT, 'utf8'))
  }

  /** The runner signals the process that it has started, and nothing below that. */
  async function cancel({ child }: Running): Promise<void> {
    cancelled = true
    const gone = () => child.exitCode !== null || child.signalCode !== null
    for (const [at, signal] of (['SIGINT', 'SIGTERM', 'SIGKILL'] as const).entries()) {
      if (gone()) return
      child.kill(signal)
      await new Promise((resolve) => setTimeout(resolve, grace[at] ?? 0))
    }
  }
}

type Outputs = { readonly outputs: Readonly<Record<string, string>> }
/** The data of a command, as the toolkit of GitHub writes it. */
function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
}

const showVariable = ([name, value]: readonly [string, string]) => `  ${name}: ${value}`

function eachLine(stream: NodeJS.ReadableStream | null, hear: (line: string) => void): void {
  let rest = ''
  stream?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(hear)
  })
  stream?.on('end', () => {
    if (rest !== '') hear(rest)
  })
}

/** The processes that have a setting in the environment with which they were started. */
function processesWith(setting: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/environ`))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(setting)
      } catch {
        return false
      }
    })
    .map(Number)
}
