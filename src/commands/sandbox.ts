import type { Command } from 'commander'
import { parseDuration } from '../core/duration.ts'
import { ToknError } from '../core/errors.ts'
import { quoteWord } from '../core/quoting.ts'
import { display, nearest } from '../core/text.ts'
import { variableOf } from '../core/variable.ts'
import { checkFields, printJson, wantsJson } from './output/json.ts'
import type { CommonFlags, Context, SandboxedApi } from './context.ts'
import { complete } from './flags/declare.ts'
import type { FlagName, FlagsOf } from './flags/table.ts'
import { words } from '../messages/words.ts'

const reads = ['port', 'loose', 'ttl', 'clockOffset', 'fault'] as const satisfies FlagName[]

type SandboxFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export const sandboxedApis = ['oz', 'mcs', 'rightech', 'hosterby'] as const

export function sandboxCommand(program: Command, context: Context, run = runSandbox): void {
  complete(program, 'sandbox', {
    flags: reads,
    examples: [
      'tokn sandbox',
      'tokn sandbox hosterby --port 8080 --ttl 30s',
      'tokn sandbox oz --json',
    ],
  }).action((names: readonly string[], flags: SandboxFlags) => run(context, names, flags))
}

async function runSandbox(
  context: Context,
  names: readonly string[],
  flags: SandboxFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.sandbox/v1')
  for (const name of names) checkName(name)
  const sandbox = await context.startSandbox({
    names: names.length === 0 ? sandboxedApis : names,
    port: flags.port === undefined ? undefined : readPort(flags.port),
    strict: flags.loose !== true,
    ttl: flags.ttl === undefined ? undefined : parseDuration(flags.ttl, '--ttl'),
    clockOffset:
      flags.clockOffset === undefined
        ? undefined
        : parseDuration(flags.clockOffset, '--clock-offset'),
    faults: flags.fault === undefined ? undefined : `[${flags.fault.join(',')}]`,
  })
  try {
    // Before anything is printed: whoever reads that may end this program at once.
    const interruption = await context.watchInterruption()
    if (wantsJson(flags)) {
      printJson(context, flags, { schema: 'tokn.sandbox/v1', apis: sandbox.apis.map(describe) })
    } else {
      for (const api of sandbox.apis) context.terminal.out(howTo(api))
      if (flags.quiet !== true) context.terminal.say(words.reports.serving())
    }
    await interruption.happened
  } finally {
    await sandbox.close()
  }
}

function describe(api: SandboxedApi) {
  return {
    name: api.name,
    base_url: api.baseUrl,
    api_url: api.apiUrl ?? null,
    credentials: api.credentials,
    second_account: api.secondAccount ?? null,
    service_account: api.serviceAccount ?? null,
    resource: api.resource,
    own_resource: api.ownResource ?? null,
  }
}

/** Lines to type: the APIs call their answers alike, and an export of one would be taken by all. */
function howTo(api: SandboxedApi): string {
  const { name, secondAccount, serviceAccount, ownResource } = api
  const { anotherUser, serviceUser } = words.reports
  const others = [
    ...(secondAccount === undefined
      ? []
      : [`# ${anotherUser(name)}`, loginLine(api, `${name}-second`, secondAccount)]),
    ...(secondAccount === undefined || ownResource === undefined
      ? []
      : [`tokn curl ${name}-second -- -i ${ownResource.url}`]),
    ...(serviceAccount === undefined
      ? []
      : [`# ${serviceUser(name)}`, loginLine(api, `${name}-service`, serviceAccount)]),
  ]
  return `${[`# ${name}`, loginLine(api, name, api.credentials), ...others].join('\n')}\n\n`
}

function loginLine(
  api: SandboxedApi,
  profile: string,
  credentials: Readonly<Record<string, string>>,
): string {
  const variables = Object.entries(credentials).map(
    ([name, value]) => `${variableOf(name)}=${quoteWord(value)} `,
  )
  const apiUrl = api.apiUrl === undefined ? '' : ` --api-url ${api.apiUrl}`
  return `env ${variables.join('')}tokn login ${profile} --provider ${api.name} --base-url ${api.baseUrl}${apiUrl}`
}

function checkName(name: string): void {
  if (sandboxedApis.some((known) => known === name)) return
  const near = nearest(name, sandboxedApis)
  throw new ToknError(
    'usage',
    words.commands.noSuchApi(display(name, 40), near, sandboxedApis.join(', ')),
  )
}

function readPort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port >= 0 && port <= 65_535 - 8) return port
  throw new ToknError('usage', words.commands.notAPort('--port', display(text, 40), 65_527))
}
