import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findTexts } from './files.ts'
import type { ListedOption } from './curl-options.ts'
import type { CurlWorld, Place } from './curl-world.ts'
import type { Ended, RunOptions } from './run.ts'

/** An option in every shape in which somebody could write it, with the trap wherever a word can be. */
export function shapesOf({ name, letter }: ListedOption, api: string, trap: string): string[][] {
  const plain = name.replace(/^no-/, '')
  const far = `http://${trap}/`
  const short = letter === undefined ? [] : [`-${letter}`]
  const values = [far, `${trap}/`, `-d@${trap}/`, `@${trap}`]
  return [
    [`--${name}`, api],
    [api, `--${name}`],
    ...values.flatMap((value) => [
      [`--${name}`, value, api],
      [api, `--${name}=${value}`],
      ...short.flatMap((one) => [
        [one, value, api],
        [`${one}${value}`, api],
        [`-s${one.slice(1)}`, value, api],
      ]),
    ]),
    [`--no-${plain}`, far, api],
    [`--no-${plain}`, api],
    [`--${plain.slice(0, -1)}`, far, api],
    [`--${plain.slice(0, 4)}`, far, api],
    [`--expand-${plain}`, far, api],
    [`--${name.toUpperCase()}`, far, api],
    [api, '--', `--${name}`, far],
    [api, '-s', '--', `--${name}=${far}`],
    ...short.flatMap((one) => [
      [api, '--', `${one}${far}`],
      [api, '-s', '--', `${one}@${trap}/`],
      [`${one}s`, far, api],
    ]),
    [`--${name}`, '--', far, api],
    [`--${name}`, `--${name}`, far, api],
    [`--${name}`, '--next', far, api],
    [api, '--next', `--${name}`, far],
    [`--${name}`, '-K', far, api],
    [`-s`, `--${name}`, `http://user@${trap}/`, api],
  ]
}

/** Everything that leads to the trap in the surroundings of a user: variables, and files of curl. */
export function leadToTrap({ home, trap }: CurlWorld): Record<string, string> {
  const far = `http://${trap.place}/`
  const lines = [
    'trace-ascii = "trace.txt"',
    `proxy = "${far}"`,
    'location-trusted',
    `url = "${far}"`,
  ]
  const curlrc = lines.join('\n')
  const [user, config] = [join(home.path, 'home'), join(home.path, 'config')]
  mkdirSync(join(config, 'curl'), { recursive: true })
  for (const path of [join(user, '.curlrc'), join(config, 'curlrc'), join(config, '.curlrc')]) {
    writeFileSync(path, curlrc)
  }
  writeFileSync(join(user, '.netrc'), 'machine 127.0.0.1 login me password netrc-password\n')
  const names = ['http_proxy', 'https_proxy', 'all_proxy', 'ftp_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']
  return {
    ...Object.fromEntries([...names, 'ALL_PROXY'].map((name) => [name, far])),
    no_proxy: '',
    NO_PROXY: '',
    CURL_HOME: config,
    CURL_CA_BUNDLE: '/nowhere',
    SSL_CERT_FILE: '/nowhere',
    SSL_CERT_DIR: '/nowhere',
    SSLKEYLOGFILE: join(home.work, 'keys.log'),
    HOSTALIASES: '/nowhere',
    IPFS_GATEWAY: far,
  }
}

/** Runs `tokn curl` in a folder of its own; gives what went wrong, which is nothing. */
export async function runAtTrap(
  world: CurlWorld,
  place: Place,
  words: readonly string[],
  env: RunOptions['env'],
): Promise<{ readonly ended: Ended; readonly wrong: readonly string[] }> {
  const cwd = mkdtempSync(join(world.home.work, 'sweep-'))
  const before = world.trap.connections()
  const ended = await world.curl(place, words, {
    cwd,
    env: env ?? {},
    input: 'from standard input\n',
  })
  const forms = [world.token, Buffer.from(world.token).toString('base64').replace(/=+$/, '')]
  const wrong = [
    ...(world.trap.connections() > before ? ['a connection to the trap'] : []),
    ...forms.filter((form) => ended.out.includes(form)).map(() => 'the token on standard output'),
    ...forms.filter((form) => ended.err.includes(form)).map(() => 'the token on standard error'),
    ...findTexts(cwd, forms),
    // A place where the trap can also write: what it answers is not the API's answer.
    ...(ended.out.includes('{}') ? ['the answer of the trap'] : []),
  ]
  return { ended, wrong: wrong.map((what) => `${words.join(' ')}: ${what}`) }
}
