import { ToknError } from '../core/errors.ts'

/** curl's arguments, with the URLs among them told apart. */
export interface CurlArguments {
  readonly urls: readonly URL[]
  readonly others: readonly string[]
}

// A bare word is a URL to curl unless an option before it takes it. Options not listed here are
// taken for ones without a value: the word after them then has to be a full URL, and a token never
// goes to a host by mistake.
const takesValue = new Set(
  (
    '-X --request -H --header -d --data --data-raw --data-binary --data-urlencode --data-ascii --json ' +
    '-F --form --form-string -o --output --output-dir -T --upload-file -A --user-agent -e --referer ' +
    '-m --max-time --connect-timeout -w --write-out -D --dump-header -b --cookie -c --cookie-jar ' +
    '-r --range -z --time-cond -C --continue-at --retry --retry-delay --retry-max-time --limit-rate ' +
    '--cacert --capath --cert -E --cert-type --key --key-type --max-filesize --stderr --interface ' +
    '-Y --speed-limit -y --speed-time --etag-save --etag-compare --expect100-timeout --keepalive-time'
  ).split(' '),
)

const refused: ReadonlyArray<{ readonly flags: readonly string[]; readonly why: string }> = [
  {
    flags: ['-L', '--location', '--location-trusted'],
    why: 'a redirect would carry the token elsewhere',
  },
  {
    flags: ['-k', '--insecure', '--proxy-insecure', '--doh-insecure'],
    why: 'the server must prove who it is',
  },
  {
    flags: ['-v', '--verbose', '--trace', '--trace-ascii', '--trace-config', '--libcurl'],
    why: 'curl would print the token',
  },
  {
    flags: [
      '-K',
      '--config',
      '-x',
      '--proxy',
      '--preproxy',
      '--socks5',
      '--socks5-hostname',
      '--socks4',
      '--socks4a',
      '--connect-to',
      '--resolve',
      '--unix-socket',
      '--abstract-unix-socket',
      '--url-query',
      '-:',
      '--next',
      '--dns-servers',
      '--doh-url',
    ],
    why: 'it could send the token elsewhere',
  },
]

/** Told last, where they win over anything before: whatever was missed above cannot redirect. */
export const closing = ['--no-location', '--no-insecure', '--max-redirs', '0', '--globoff'] as const

/** Throws `usage` for what could make curl send or show the token where it does not belong. */
export function readCurlArguments(args: readonly string[]): CurlArguments {
  const urls: URL[] = []
  const others: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    const next = args[index + 1]
    if (arg === '--url' || !arg.startsWith('-') || arg === '-') {
      urls.push(parseUrl(arg === '--url' ? (next ?? '') : arg))
      if (arg === '--url') index++
      continue
    }
    if (arg.startsWith('--url=')) {
      urls.push(parseUrl(arg.slice('--url='.length)))
      continue
    }
    refuseUnsafe(arg)
    others.push(arg)
    if (takesNext(arg) && next !== undefined) {
      others.push(next)
      index++
    }
  }
  if (urls.length > 0) return { urls, others }
  throw new ToknError('usage', 'curl needs a URL', { hint: 'tokn curl PROFILE -- https://...' })
}

/** What curl will send: the method that its arguments amount to, for each URL. */
export function requestsOf(
  args: readonly string[],
  urls: readonly URL[],
): ReadonlyArray<{ readonly method: string; readonly url: URL }> {
  const method = methodOf(args)
  return urls.map((url) => ({ method, url }))
}

function methodOf(args: readonly string[]): string {
  const has = (pattern: RegExp) => args.some((arg) => pattern.test(arg))
  const at = args.findLastIndex((arg) => /^(-[a-zA-Z]*X|--request)$/.test(arg))
  const inline = args.findLast((arg) => /^(-X.+|--request=)/.test(arg))
  const named = at >= 0 ? args[at + 1] : inline?.replace(/^(-X|--request=)/, '')
  if (named !== undefined) return named.toUpperCase()
  if (has(/^(-[a-zA-Z]*I|--head)$/)) return 'HEAD'
  if (has(/^(-[a-zA-Z]*G|--get)$/)) return 'GET'
  if (has(/^(-T|--upload-file)/)) return 'PUT'
  return has(/^(-d|-F|--data|--json|--form)/) ? 'POST' : 'GET'
}

function takesNext(arg: string): boolean {
  if (arg.startsWith('--')) return !arg.includes('=') && takesValue.has(arg)
  const valued = [...arg.slice(1)].findIndex((letter) => takesValue.has(`-${letter}`))
  // `-so FILE` takes the next word, `-soFILE` has it already.
  return valued >= 0 && valued === arg.length - 2
}

function refuseUnsafe(arg: string): void {
  const names = arg.startsWith('--') ? [arg.split('=')[0] ?? arg] : letters(arg)
  for (const { flags, why } of refused) {
    const found = names.find(
      (name) => flags.includes(name) || flags.some((flag) => abbreviates(name, flag)),
    )
    if (found !== undefined) throw new ToknError('usage', `curl is not run with ${found}: ${why}`)
  }
}

/** The flags in a bundle, up to the one that takes the rest as its value. */
function letters(arg: string): readonly string[] {
  const flags = [...arg.slice(1)].map((letter) => `-${letter}`)
  const valued = flags.findIndex((flag) => takesValue.has(flag))
  return valued < 0 ? flags : flags.slice(0, valued + 1)
}

/** curl takes any unique beginning of a long option. */
function abbreviates(name: string, flag: string): boolean {
  return name.startsWith('--') && name.length > 4 && flag.startsWith(name) && !takesValue.has(name)
}

function parseUrl(text: string): URL {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined) return url
  throw new ToknError('usage', 'a word among the arguments of curl is no full URL', {
    hint: 'begin URLs with https://, and write option values as --option=value',
  })
}
