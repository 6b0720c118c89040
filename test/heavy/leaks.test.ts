import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { requirePart } from '../support/parts.ts'
import { sandboxNames, type SandboxName } from '../../src/sandbox/server.ts'
import { thorough } from '../support/effort.ts'
import { inParallel } from './support/random.ts'
import { credentialsOf, openWorld, type World } from './support/world.ts'

// Characters that every form of writing changes in another way.
const awkward = 'k"/+=&%\\z'
const credentials = {
  oz: { email: 'canary@example.com', password: `oz-password-${awkward}` },
  mcs: {
    client_id: 'mcs.client',
    client_secret: `mcs-secret-${awkward}`,
  },
  rightech: { username: 'canary@example.com', password: `rightech-password-${awkward}` },
  hosterby: { access_key: `hosterby-access-${awkward}`, secret_key: `hosterby-secret-${awkward}` },
}
const isPublic = new Set(['email', 'client_id', 'username', 'service_token'])
// Their answer is the secret.
const revealing = new Set(['token', 'header', 'issue', 'exec', 'curl'])
const verbosities = [['-q'], [], ['--debug'], ['--json'], ['--json', '--debug']] as const
type Way = { readonly verbosity: readonly string[]; readonly echo: boolean }
const ways: readonly Way[] = verbosities.flatMap((verbosity) =>
  [false, true].map((echo) => ({ verbosity, echo })),
)

/**
 * The ways that an API is met in: those that say most, and a third of the others, which say a part
 * of it. Together the APIs meet all of them.
 */
function waysFor(name: SandboxName): readonly Way[] {
  const at = sandboxNames.indexOf(name)
  return ways.filter(
    ({ verbosity }, index) =>
      thorough || verbosity.some((flag) => flag === '--debug') || index % 3 === at % 3,
  )
}

interface Leak {
  readonly where: string
  readonly canary: string
}

interface Tally {
  runs: number
  readonly canaries: Set<string>
  readonly leaks: Leak[]
}

function commands(name: SandboxName, world: World): ReadonlyArray<readonly string[]> {
  const to = [
    '--base-url',
    world.api.baseUrl,
    ...(world.api.apiUrl ? ['--api-url', world.api.apiUrl] : []),
  ]
  return [
    [
      'login',
      'web',
      '--provider',
      name,
      '--remember',
      ...(name === 'mcs' ? ['--force'] : []),
      ...to,
    ],
    ['token', 'web'],
    ['header', 'web', '-o', name === 'mcs' ? 'query' : 'header'],
    ['refresh', 'web', '--force'],
    ['list', '-P', 'web'],
    ['info', 'web'],
    ['issue', '-P', 'web', '--name', 'new'],
    ['revoke', 'new', '-P', 'web'],
    ['curl', '-P', 'web', '--', '-sS', world.api.resource.url],
    ['exec', '-P', 'web', '-e', 'GIVEN', '--', 'true'],
    ['profile', 'list'],
    ['profile', 'show', 'web'],
    ['provider', 'show', name],
    ['why', 'web'],
    ['doctor'],
    ['token', 'absent'],
    ['login', 'other', '--provider', name, '--base-url', 'http://127.0.0.1:1'],
  ]
}

async function scan(name: SandboxName, tally: Tally): Promise<void> {
  for (const { verbosity, echo } of waysFor(name)) {
    const world = await openWorld(name, { credentials })
    await world.login('web', { flags: ['--remember'] })
    const leaks = new Map<string, string>()
    for (const command of commands(name, world)) {
      if (echo) echoSecrets(world, command)
      const at = command.indexOf('--')
      const [ours, rest] = at < 0 ? [command, []] : [command.slice(0, at), command.slice(at)]
      const shown = `${name}: ${[...ours, ...verbosity, ...rest].join(' ')}${echo ? ' (echoed)' : ''}`
      const trace = join(world.directory, '..', `tokn-trace-${process.pid}-${name}`)
      // The filter stops a process at that one call; without it all of them are stopped at.
      const filter = ['-f', '--seccomp-bpf', '-qq', '-e', 'trace=execve', '-s', '65536']
      const under = ['strace', ...filter, '-o', trace]
      const environment = command[0] === 'login' ? credentialsOf(world.api) : {}
      const ended = await world.run([...ours, ...verbosity, ...rest], { under, environment })
      expect([0, 2, 3, 4, 5, 6, 7, 11], `${shown}: ${ended.err}`).toContain(ended.status)
      if (!revealing.has(command[0] ?? '')) leaks.set(`${shown}: stdout`, ended.out)
      leaks.set(`${shown}: stderr`, ended.err)
      leaks.set(`${shown}: arguments`, readFileSync(trace, 'utf8'))
      rmSync(trace)
      tally.runs++
    }
    await world.settled()
    for (const path of filesUnder(world.directory)) {
      leaks.set(`${name}: ${path}`, readFileSync(path, 'latin1'))
    }
    for (const canary of canariesOf(world)) {
      tally.canaries.add(canary)
      for (const [where, text] of leaks) {
        if (formsOf(canary).some((form) => text.includes(form))) tally.leaks.push({ where, canary })
      }
    }
    await world.close()
  }
}

/** A server that sends back, in an error, everything that it could have been sent. */
function echoSecrets(world: World, command: readonly string[]): void {
  const login = command[0] === 'login'
  const now = world.api.state.tokens.findLast(({ accessLive }) => accessLive)
  const pair = [now?.access, now?.refresh].filter((value) => value !== undefined)
  const secrets = [...givenTo(world), ...(login ? [] : pair)]
  const path = login ? world.aim.loginPath : '/'
  const error_description = `you sent ${secrets.join(' and ')}`
  const messageList = { error: { received: error_description } }
  const body = {
    error: 'bad',
    error_description,
    message: error_description,
    error_message: error_description,
    messageList,
  }
  world.api.control.replaceFaults([{ do: 'status', status: 400, path, body }])
}

function canariesOf(world: World): ReadonlySet<string> {
  const made = world.api.state.tokens.flatMap(({ access, refresh }) => [access, refresh ?? access])
  return new Set([...givenTo(world), ...made, String(world.environment['TOKN_STORE_KEY'])])
}

/** The secrets of a login; a service token of MCS is not one. */
function givenTo(world: World): readonly string[] {
  const given = Object.entries(world.api.credentials).filter(([field]) => !isPublic.has(field))
  return given.map(([, value]) => value)
}

function formsOf(canary: string): readonly string[] {
  const bytes = Buffer.from(canary)
  return [
    canary,
    encodeURIComponent(canary),
    new URLSearchParams([['', canary]]).toString().slice(1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    JSON.stringify(canary).slice(1, -1),
  ]
}

function filesUnder(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

it.runIf(requirePart('strace'))(
  'no secret strays, whatever is run and however much is said',
  async () => {
    const tally: Tally = { runs: 0, canaries: new Set(), leaks: [] }
    await inParallel(sandboxNames, 2, (name) => scan(name, tally))
    console.log(
      `leak scan: ${tally.runs} runs, ${tally.canaries.size} canaries in 6 forms, leaks: ${tally.leaks.length}`,
    )
    expect(tally.leaks).toEqual([])
    expect(tally.canaries.size).toBeGreaterThanOrEqual(12)
  },
)
