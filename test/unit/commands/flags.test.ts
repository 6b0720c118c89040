import { describe, expect, it } from 'vitest'
import { everyFlag } from '../../../src/commands/flags/every.ts'
import type { Flag } from '../../../src/commands/flags/flag.ts'
import { commonFlags, type FlagName } from '../../../src/commands/flags/table.ts'
import { environmentItems } from '../../../src/commands/help/environment.ts'
import { shellNames } from '../../../src/commands/output/shell.ts'
import { meanings, variables } from '../../../src/messages/en/flags.ts'
import { readLine, type Called } from './tree.ts'

const names = Object.keys(everyFlag) as FlagName[]

const request = 'timeout ca proxy noInput'
const session = `profile store ${request}`
const grant = 'name scope expiresIn expiresAt audience resource'
const oauth = `issuer clientId clientSecretFile flow clientAuth privateKeyFile subjectTokenFile
  assertionFile discovery trustEndpoint tokenEndpoint authorizationEndpoint
  deviceAuthorizationEndpoint parEndpoint revocationEndpoint introspectionEndpoint userinfoEndpoint
  jwksUri endSessionEndpoint redirectPort redirectUri register dpop authorizationParam tokenParam
  tokenLifetime cert key
  noBrowser qr clipboard`

/**
 * The flags that each command reads besides those of all, and the words that it cannot do without. That
 * it takes no others is shown by test/long/flags, with the program.
 */
const commands: Readonly<Record<string, string>> = {
  login: `provider baseUrl apiUrl set override username passwordStdin secretFile withToken withRefreshToken show remember
    noRemember force ${grant} ${oauth} yes dryRun ${session}`,
  token: `minTtl refresh output var bare field idToken for ${session}`,
  header: `minTtl refresh output var for ${session}`,
  curl: `minTtl refresh ${session}`,
  env: `minTtl refresh shell var unset ${session}`,
  exec: `minTtl refresh env file keepalive ${session}`,
  refresh: `all ifExpiring force dryRun ${session}`,
  list: `local remote plain jsonLines ${session}`,
  // And --store, which has no value there: test/long/refresher-service.test.ts.
  status: 'format plain current profile',
  check: 'all minTtl scope online plain profile store timeout ca proxy',
  issue: `${grant} saveAs output var dryRun ${session}`,
  revoke: `yes dryRun ${session}`,
  info: `local claims ${session}`,
  logout: `all localOnly open yes dryRun ${session}`,
  'profile list': 'plain',
  'profile show': 'profile',
  'profile use web': 'timeout',
  'profile set a offline 10m': 'timeout',
  'profile bind': 'profile yes noInput',
  'profile unbind': '',
  'profile rename a b': 'timeout',
  'profile remove web': 'dryRun timeout noInput',
  'profile forget-credentials': 'profile store timeout noInput',
  'provider list': 'plain',
  'provider show x': 'definition',
  'provider add x': 'force yes dryRun timeout noInput',
  'provider remove x': '',
  'provider schema': '',
  'provider scopes': session,
  'provider test x': `baseUrl set withToken ${grant} profile ${request}`,
  'provider new x': 'noInput',
  which: 'plain profile store',
  why: 'plain profile',
  doctor: `fix offline plain ${request}`,
  'agent status': 'plain',
  'agent start': 'lifetime idleExit confirm timeout ca proxy',
  'agent run': 'lifetime idleExit confirm tokenFile socket group profile timeout ca proxy',
  'agent lock': 'passphraseFile noInput',
  'agent unlock': 'passphraseFile noInput timeout',
  'agent install': 'dryRun undo lifetime idleExit confirm',
  'store list': 'plain store timeout ca',
  'store push': 'to all deleteSource dryRun timeout ca noInput',
  'store pull': 'from to all deleteSource dryRun timeout ca noInput',
  'store migrate': 'from to deleteSource dryRun timeout ca noInput',
  'store verify': 'accept plain yes store timeout ca noInput',
  'store rekey': 'finish cancel yes dryRun store timeout ca noInput',
  'store reader-key': 'store timeout ca',
  uninstall: 'list plain',
  'setup git': 'host undo dryRun profile store timeout noInput',
  'setup docker': 'host undo dryRun profile store timeout noInput',
  'setup kubectl': 'undo dryRun profile store timeout',
  'setup keyring': 'host undo dryRun profile store timeout noInput',
  'credential git': 'minTtl profile store timeout ca proxy',
  'ci start': 'provider shell pid max new timeout ca proxy',
  'ci end': 'timeout',
  'refresher run': 'ahead store timeout ca proxy',
  sandbox: 'port loose ttl clockOffset fault',
  demo: '',
}

const withoutDocument = new Set([
  'credential git',
  'agent run',
  'curl',
  'exec',
  'demo',
  'provider schema',
  'provider new x',
  'store rekey',
  'store reader-key',
])

const read = (command: string) =>
  [...(commands[command] ?? '').split(/\s+/), ...commonFlags].filter(
    (name) => name !== '',
  ) as FlagName[]

const spellings = (name: FlagName) => everyFlag[name].names.split(', ')
const long = (name: FlagName) => spellings(name).at(-1) ?? ''
const valued = (name: FlagName) => (everyFlag[name] as Flag).value !== undefined

/** What the flag is to a command: under which name, and with which value. */
function outcome(name: FlagName): Readonly<Record<string, unknown>> {
  const { value, repeatable }: Flag = everyFlag[name]
  const negated = long(name).startsWith('--no-')
  const attribute = negated ? name.slice(2, 3).toLowerCase() + name.slice(3) : name
  if (value === undefined) return { [attribute]: !negated }
  return { [attribute]: repeatable === true ? ['one', 'two'] : 'two' }
}

/** The words of a flag, in each way to write it; one with a value twice. */
function waysToWrite(name: FlagName): readonly (readonly string[])[] {
  if (!valued(name)) return spellings(name).map((flag) => [flag])
  const flag = long(name)
  return [...spellings(name).map((one) => [one, 'one', one, 'two']), [`${flag}=one`, `${flag}=two`]]
}

describe.each(Object.keys(commands))('tokn %s', (command) => {
  const words = command.split(' ')
  const schema = command === 'provider schema'

  it('reads its flags, however they are written', async () => {
    for (const name of read(command)) {
      if (name === 'fields' && withoutDocument.has(command)) continue
      for (const way of waysToWrite(name)) {
        const called: Called = await readLine([...words, ...way])
        expect({ way, flags: called.flags }).toEqual({ way, flags: schema ? {} : outcome(name) })
      }
    }
  })
})

describe('the table of flags', () => {
  it('has no flag twice, and none that no command reads', () => {
    const spelt = names.flatMap(spellings)
    expect(spelt).toEqual([...new Set(spelt)])
    const known = new Set(Object.keys(commands).flatMap(read))
    expect(names.filter((name) => !known.has(name))).toEqual([])
  })

  it('calls each flag as commander does', () => {
    const expected = names.map((name) =>
      long(name)
        .replace(/^--/, '')
        .replace(/-./g, (part) => (part[1] ?? '').toUpperCase()),
    )
    expect(names).toEqual(expected)
  })

  it('has a meaning for each, of one line', () => {
    expect(Object.keys(meanings).toSorted()).toEqual(names.toSorted())
    const odd = Object.values(meanings).filter((text) => !/^[^\n]{5,90}[^.\n]$/.test(text))
    expect(odd).toEqual([])
  })

  it('names the shells that are known', () => {
    expect(everyFlag.shell.choices).toEqual(shellNames)
  })

  it('is what tokn help environment shows', () => {
    const shown = environmentItems().map(([variable]) => variable)
    const all = names.flatMap((name) => (everyFlag[name] as Flag).variable ?? [])
    expect(shown.toSorted()).toEqual([...all, ...Object.keys(variables)].toSorted())
  })

  it('is printed as it is', async () => {
    const everywhere = new Set<FlagName>(commonFlags)
    const rows = names.map((name) => {
      const { value, repeatable, variable, default: usual }: Flag = everyFlag[name]
      const by = Object.keys(commands).filter((command) => read(command).includes(name))
      return [
        `\`${everyFlag[name].names}${value === undefined ? '' : ` ${value.toUpperCase()}`}\`${repeatable === true ? ' ...' : ''}`,
        meanings[name],
        variable === undefined ? '' : `\`${variable}\``,
        usual === undefined ? '' : `\`${usual}\``,
        everywhere.has(name) ? 'all' : by.map((one) => one.replace(/ (a b|x|web)$/, '')).join(', '),
      ]
    })
    const head = [
      ['flag', 'means', 'variable', 'default', 'commands'],
      Array<string>(5).fill('---'),
    ]
    const table = [...head, ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
    await expect(
      `# Flags\n\nMade by flags.test.ts from the table of flags.\n\n${table}`,
    ).toMatchFileSnapshot('FLAGS.md')
  })
})
