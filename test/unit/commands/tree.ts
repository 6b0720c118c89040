import { Command } from 'commander'
import { agentCommand } from '../../../src/commands/agent.ts'
import { ciCommand } from '../../../src/commands/ci.ts'
import { credentialCommand } from '../../../src/commands/credential.ts'
import { checkCommand } from '../../../src/commands/check.ts'
import { completionCommand } from '../../../src/commands/completion.ts'
import type { Context } from '../../../src/commands/context.ts'
import { curlCommand } from '../../../src/commands/curl.ts'
import { demoCommand } from '../../../src/commands/demo.ts'
import { doctorCommand } from '../../../src/commands/doctor.ts'
import { envCommand } from '../../../src/commands/env.ts'
import { execCommand } from '../../../src/commands/exec.ts'
import { headerCommand } from '../../../src/commands/header.ts'
import { infoCommand } from '../../../src/commands/info.ts'
import { issueCommand } from '../../../src/commands/issue.ts'
import { listCommand } from '../../../src/commands/list.ts'
import { loginCommand } from '../../../src/commands/login.ts'
import { logoutCommand } from '../../../src/commands/logout.ts'
import { profileCommand } from '../../../src/commands/profile.ts'
import { providerCommand } from '../../../src/commands/provider.ts'
import { refreshCommand } from '../../../src/commands/refresh.ts'
import { refresherCommand } from '../../../src/commands/refresher.ts'
import { revokeCommand } from '../../../src/commands/revoke.ts'
import { sandboxCommand } from '../../../src/commands/sandbox.ts'
import { setupCommand } from '../../../src/commands/setup.ts'
import { statusCommand } from '../../../src/commands/status.ts'
import { storeCommand } from '../../../src/commands/store.ts'
import { tokenCommand } from '../../../src/commands/token.ts'
import { uninstallCommand } from '../../../src/commands/uninstall.ts'
import { whichCommand } from '../../../src/commands/which.ts'
import { whyCommand } from '../../../src/commands/why.ts'
import { declareProgram } from '../../../src/commands/flags/declare.ts'
import { readFastCommand } from '../../../src/fast-path.ts'
import { program as about } from '../../../src/messages/en/help.ts'
import { addLines, runProgram, type AddCommand } from '../../../src/program.ts'

/** What a command line came to. */
export interface Called {
  readonly command: string
  /** The arguments that are not flags. */
  readonly given: readonly unknown[]
  readonly flags: Readonly<Record<string, unknown>>
}

/** What a flag that is not given leaves behind: a `--no-...` that was not said. */
const notSaid: ReadonlySet<string> = new Set(['color', 'input', 'browser'])

let calls: Called[] = []

/** In the place of what a command does: notes what it was to be done with. */
function record(command: string): never {
  const run = (_: Context, ...args: readonly unknown[]) => {
    const flags = Object.entries(args.at(-1) ?? {})
    calls.push({
      command,
      given: args.slice(0, -1),
      flags: Object.fromEntries(flags.filter(([name, value]) => !notSaid.has(name) || !value)),
    })
    return 0
  }
  return run as never
}

const inProfile = [
  'list',
  'show',
  'use',
  'set',
  'bind',
  'unbind',
  'rename',
  'remove',
  'forgetCredentials',
] as const
const inProvider = ['list', 'show', 'scopes', 'add', 'remove', 'schema', 'test', 'create'] as const

const inAgent = ['run', 'start', 'stop', 'status', 'lock', 'unlock', 'install'] as const

const recordAll = <Name extends string>(group: string, names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, record(`${group} ${typed(name)}`)])) as Record<
    Name,
    never
  >

/** What is typed for a command, where that is not the name of what it runs. */
const typed = (name: string) =>
  ({ create: 'new', forgetCredentials: 'forget-credentials' })[name] ?? name

/** The first words of the program, each adding what stands there with nothing that it does. */
export const adders: Readonly<Record<string, AddCommand>> = {
  login: (program, context) => loginCommand(program, context, record('login')),
  token: (program, context) => tokenCommand(program, context, record('token')),
  header: (program, context) => headerCommand(program, context, record('header')),
  curl: (program, context) => curlCommand(program, context, record('curl')),
  env: (program, context) => envCommand(program, context, record('env')),
  exec: (program, context) => execCommand(program, context, record('exec')),
  refresh: (program, context) => refreshCommand(program, context, record('refresh')),
  list: (program, context) => listCommand(program, context, record('list')),
  status: (program, context) => statusCommand(program, context, record('status')),
  check: (program, context) => checkCommand(program, context, record('check')),
  issue: (program, context) => issueCommand(program, context, record('issue')),
  revoke: (program, context) => revokeCommand(program, context, record('revoke')),
  info: (program, context) => infoCommand(program, context, record('info')),
  logout: (program, context) => logoutCommand(program, context, record('logout')),
  profile: (program, context) => profileCommand(program, context, recordAll('profile', inProfile)),
  provider: (program, context) =>
    providerCommand(program, context, recordAll('provider', inProvider)),
  which: (program, context) => whichCommand(program, context, record('which')),
  why: (program, context) => whyCommand(program, context, record('why')),
  doctor: (program, context) => doctorCommand(program, context, record('doctor')),
  uninstall: (program, context) => uninstallCommand(program, context, record('uninstall')),
  agent: (program, context) => agentCommand(program, context, recordAll('agent', inAgent)),
  credential: (program, context) => credentialCommand(program, context, record('credential')),
  setup: (program, context) => setupCommand(program, context, record('setup')),
  refresher: (program, context) => refresherCommand(program, context, record('refresher run')),
  store: (program, context) =>
    storeCommand(
      program,
      context,
      recordAll('store', ['list', 'push', 'pull', 'migrate', 'verify', 'rekey', 'readerKey']),
    ),
  ci: (program, context) => ciCommand(program, context, recordAll('ci', ['start', 'end'])),
  sandbox: (program, context) => sandboxCommand(program, context, record('sandbox')),
  demo: (program, context) => demoCommand(program, context, record('demo')),
  completion: (program, context) => completionCommand(program, context, record('completion')),
}

/** The program with all of its commands, to be looked at. */
export function openTree(): Command {
  const program = declareProgram(
    new Command('tokn').helpCommand(false).enablePositionalOptions(),
    () => about,
    {},
  )
  addLines(program)
  for (const add of Object.values(adders)) add(program, {} as Context)
  return program
}

/** A context that has nothing but what stands before every command. */
function openContext(rest?: readonly string[]): {
  context: Context
  checked: unknown[]
  printed: string[]
} {
  const checked: unknown[] = []
  const printed: string[] = []
  const there: Partial<Context> = {
    rest,
    checkFlags: async (flags) => void checked.push(flags),
    exitWith: () => undefined,
    terminal: {
      out: (text: string) => void printed.push(text),
      say: () => undefined,
      outIsTerminal: false,
      pageWidth: () => 80,
    } as Partial<Context['terminal']> as Context['terminal'],
  }
  const context = new Proxy(there as Context, {
    get: (target, name) => {
      if (!Object.hasOwn(target, name)) throw new Error(`went on to use ${String(name)}`)
      return Reflect.get(target, name) as unknown
    },
  })
  return { context, checked, printed }
}

/** Reads a command line as the program does. Throws what it says of a wrong one. */
export async function readLine(line: readonly string[]): Promise<Called> {
  const at = line.indexOf('--')
  const words = at < 0 ? line : line.slice(0, at)
  const { context, checked, printed } = openContext(at < 0 ? undefined : line.slice(at + 1))
  calls = []
  await runProgram(context, words, async (name) => adders[name] as AddCommand)
  const [call] = calls
  if (call === undefined || calls.length > 1) throw new Error(`${calls.length} commands ran`)
  if (checked.length !== 1) throw new Error('the values of flags were not looked at')
  if (printed.length > 0) throw new Error(`it printed ${printed.join('')}`)
  return call
}

/** As `readLine`, by the fast path; `undefined` where that leaves the line to the tree. */
export async function readFast(line: readonly string[]): Promise<Called | undefined> {
  const at = line.indexOf('--')
  const rest = at < 0 ? undefined : line.slice(at + 1)
  const run = {
    token: record('token'),
    header: record('header'),
    env: record('env'),
    exec: record('exec'),
    curl: record('curl'),
    refresh: record('refresh'),
    login: record('login'),
  }
  const fast = await readFastCommand(at < 0 ? line : line.slice(0, at), rest, run)
  if (fast === undefined) return undefined
  calls = []
  const { context, checked } = openContext(rest)
  await fast(context)
  if (checked.length !== 1) throw new Error('the values of flags were not looked at')
  return calls[0]
}
