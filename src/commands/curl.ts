import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import type { ChildRequest, Route } from '../core/process.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Session } from '../session/session.ts'
import { attachToken } from '../session/attach-token.ts'
import { checkOrigin } from '../session/check-origin.ts'
import { withNamedHints } from '../session/naming.ts'
import type { Context } from './context.ts'
import { mayReadInput, readCurlArguments, writeOptions } from './curl/arguments.ts'
import { curlRequestConfig } from './curl/config.ts'
import { passedOn } from './curl/options.ts'
import { amendsFor, checkProvable, methodOf, type Amends } from './curl/proof.ts'
import { fitToSession, type Fitted } from './curl/session.ts'
import { declare } from './flags/declare.ts'
import { freshFlags, sessionFlags } from './flags/table.ts'
import { words } from '../messages/words.ts'
import { freshRecord, type FreshFlags } from './token.ts'

export function curlCommand(program: Command, context: Context, run = runCurl): void {
  declare(program, {
    usage: 'curl [profile]',
    group: 'everyday',
    rest: 'CURL_ARGUMENTS...',
    flags: [...freshFlags, ...sessionFlags],
    answers: false,
    text: () => words.help.curl(describeOptions()),
    examples: [
      'tokn curl web -- https://serviceapi.hoster.by/cloud/orders',
      'tokn curl vis -- -F file=@car.jpg https://smarty.mail.ru/api/v1/objects/detect',
    ],
  }).action(async (profile: string | undefined, flags: FreshFlags) => {
    context.exitWith(await run(context, profile, flags))
  })
}

/** Which options of curl are passed on: a list, since there is no rule by which one could tell. */
function describeOptions(): string {
  const names = [...passedOn.keys()].toSorted()
  const lines = names.reduce<readonly string[]>(
    (all, name) => {
      const last = all.at(-1) ?? ''
      return last.length + name.length > 96
        ? [...all, `  ${name}`]
        : [...all.slice(0, -1), `${last} ${name}`]
    },
    [' '],
  )
  return lines.join('\n')
}

async function runCurl(
  context: Context,
  positional: string | undefined,
  flags: FreshFlags,
): Promise<number> {
  if (context.rest === undefined || context.rest.length === 0) {
    throw new ToknError('usage', words.curl.nothingAsked())
  }
  const asked = readCurlArguments(context.rest)
  const { session, record } = await freshRecord(context, positional, flags, (provider, profile) => {
    const { origins } = provider
    for (const url of asked.urls) checkOrigin({ origins, profileId: profile.id }, url)
  })
  const { ports, profile } = session
  for (const url of asked.urls) checkOrigin(record, url)
  const bound = record.attach.bound === true
  if (bound) checkProvable(asked)
  const fitted = fitToSession(asked, attachToken(record), bound, (path) =>
    ports.readFile(path).reveal(),
  )
  const route = await context.route(flags, profile, fitted.urls)
  try {
    const request = (amends?: Amends) => requestFor(session, record, fitted, route, amends)
    const first = await request()
    if (!bound) return await context.runChild(first)
    const headCheck = {
      args: trialArgs(fitted, context.terminal.outIsTerminal),
      copy: fitted.options.findLast(({ name }) => name === 'dump-header')?.value,
      again: async (head: string) => {
        const amends = amendsFor(head, ports.clock.now())
        return amends === undefined ? undefined : await request(amends)
      },
    }
    return await context.runChild({ ...first, headCheck })
  } finally {
    route.close()
  }
}

async function requestFor(
  { ports, profile }: Session,
  record: SessionRecord,
  { urls, options, headers, cookies }: Fitted,
  route: Route,
  amends: Amends | undefined,
): Promise<ChildRequest> {
  const attached = attachToken(record)
  const [url] = urls
  // For the one request that it holds for.
  const provider = record.attach.bound === true ? await ports.provider(profile) : undefined
  const now = ports.clock.now() + (amends?.ahead ?? 0)
  const proof =
    url === undefined
      ? undefined
      : await withNamedHints(
          profile,
          async () => await provider?.prove?.(record, methodOf(options), url, now, amends?.nonce),
        )
  const withProof = { ...attached, headers: [...attached.headers, ...Object.entries(proof ?? {})] }
  return {
    command: 'curl',
    bare: true,
    // First, so that no configuration of the user's own redirects or prints.
    args: ['--disable', '--config', ...ownArgs(urls, route), ...writeOptions(options)],
    pipe: {
      at: 2,
      text: curlRequestConfig({ carried: withProof, headers, cookies, urls, route }),
      input: !mayReadInput(options),
    },
  }
}

/** What holds for every request. It is told as arguments, since an old curl only warns of a configuration. */
function ownArgs(urls: readonly URL[], { proxy }: Route): readonly string[] {
  const plain = urls.some(({ protocol }) => protocol === 'http:')
  const inside = proxy === undefined ? [] : ['--suppress-connect-headers']
  return ['--globoff', '--proto', plain ? '=http,https' : '=https', '--tlsv1.2', ...inside]
}

function trialArgs({ options }: Fitted, outIsTerminal: boolean): readonly string[] {
  const toFile = options.some(({ name }) => /^(output|remote-name)$/.test(name))
  // As curl does by itself where it writes to a terminal, which it does not see here.
  return [...(outIsTerminal && !toFile ? ['--no-progress-meter'] : []), '--dump-header']
}
