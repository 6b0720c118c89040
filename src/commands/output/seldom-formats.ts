import { ToknError } from '../../core/errors.ts'
import { maskLines } from '../../core/log-masks.ts'
import { words } from '../../messages/words.ts'
import { authorizationIn, userAndPassword, type UserAndPassword } from '../../session/carriage.ts'
import type { Format, Handed, SeldomName } from './formats.ts'
import { exportLine } from './shell.ts'

/** Bytes of a line of a netrc file that every curl reads: older ones skip a longer one. */
const longestLine = 4_000
/** Bytes of a file of variables that GitLab takes where nobody has set it otherwise. */
const longestReport = 5_120

/** The formats of `-o` that few ask for. */
export const seldomFormats: Readonly<Record<SeldomName, Format>> = {
  env: { render: ({ token, variable }) => exportLine(variable, token) },
  dotenv: { render: ({ token, variable }) => `${variable}=${quoteForDotenv(token)}\n` },
  netrc: {
    render: (handed) => {
      const login = loginOf(handed)
      return hostsOf(handed.origins)
        .map((host) => machineLine(host, login))
        .join('')
    },
  },
  github: {
    render: ({ token }) => maskLines([token]),
    prepare: async (variable, context) => (await context.stepFiles()).check(variable),
    deliver: async ({ token, variable }, context) =>
      (await context.stepFiles()).append(variable, token),
  },
  gitlab: { render: reportLine, note: () => words.formats.readableInGitlab() },
}

/**
 * A value as docker compose, Node (`--env-file`), python-dotenv, dotenv for Ruby and a shell that
 * sources the file all read it. They agree on values between double quotes that have nothing to expand
 * or to escape, and on most others between single ones, where python-dotenv alone expands `${...}` and
 * takes one of two backslashes. Throws `usage` for the rest.
 */
function quoteForDotenv(value: string): string {
  if (!/["\\$`\r\n]/.test(value)) return `"${value}"`
  if (!/'|\\\\|\\$|\$\{|[\r\n]/.test(value)) return `'${value}'`
  throw new ToknError('usage', words.commands.noDotenvLine())
}

/** The hosts as curl looks for them: without a port, and without the brackets of IPv6. */
function hostsOf(origins: readonly string[]): readonly string[] {
  const hosts = origins.map((origin) => new URL(origin).hostname.replace(/^\[(.*)\]$/, '$1'))
  if (hosts.length > 0) return [...new Set(hosts)]
  throw new ToknError('usage', words.formats.noHosts())
}

/** A file of this kind tells of nothing but users and passwords, which are sent as Basic. */
function loginOf({ token, attached }: Handed): UserAndPassword {
  if (!isPlain(token)) throw new ToknError('usage', words.formats.noNetrcLine())
  const login = userAndPassword(authorizationIn(attached), token, undefined)
  if (login === undefined) throw new ToknError('usage', words.formats.noPassword())
  return login
}

function isPlain(text: string): boolean {
  return /^[!-~]+$/.test(text) && !/^#|["'\\]/.test(text)
}

/**
 * A line of a netrc file. curl, and git with it, and Python agree on what is without quotes, and on
 * nothing that has any in it.
 */
function machineLine(host: string, { username, password }: UserAndPassword): string {
  const line = `machine ${host} login ${username} password ${password}\n`
  if (line.length > longestLine) throw new ToknError('usage', words.formats.tooLongForNetrc())
  if (isPlain(username) && isPlain(password)) return line
  throw new ToknError('usage', words.formats.noNetrcLine())
}

/**
 * A line of a file of `artifacts:reports:dotenv`. GitLab takes quotes for a part of the value, trims
 * it, and puts other variables in where it has a dollar sign (`raw: false` in its
 * `parse_dotenv_artifact_service.rb`).
 */
function reportLine({ token, variable }: Handed): string {
  const line = `${variable}=${token}\n`
  if (line.length > longestReport) throw new ToknError('usage', words.formats.tooLongForGitlab())
  if (/^[!-~](?:[ -~]*[!-~])?$/.test(token) && !token.includes('$')) return line
  throw new ToknError('usage', words.formats.noGitlabLine())
}
