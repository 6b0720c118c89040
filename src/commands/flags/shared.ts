import type { Command } from 'commander'
import { ToknError } from '../../core/errors.ts'

/** Flags that every command takes, beside `-h`. */
const everywhere = {
  json: ['--json', 'answer, and tell of errors, in JSON'],
  fields: ['--fields <list>', 'answer with these fields of the JSON document'],
  quiet: ['-q, --quiet', 'no words on standard error but errors'],
  color: ['--no-color', 'no colours'],
  debug: ['--debug', 'show requests (without secrets) and the place of a bug'],
  configDir: ['--config-dir <dir>', 'where profiles are kept'],
} as const

/** Flags that several commands read; each is taken by these and by no others. */
const shared = {
  profile: ['-P, --profile <name>', 'the profile to use'],
  store: ['--store <kind>', 'look in this store: keychain, file, pass or memory'],
  timeout: ['--timeout <duration>', 'how long the whole command may take (default: 30s)'],
  ca: ['--ca <file>', 'further certificate authorities, in PEM'],
  proxy: ['--proxy <url>', 'proxy for https requests'],
  input: ['--no-input', 'never ask anything'],
  yes: ['-y, --yes', 'answer yes to questions'],
  dryRun: ['--dry-run', 'say what would be done, and do nothing'],
} as const

export type SharedFlag = keyof typeof shared

/** What a command reads that sends requests. */
export const requestFlags = ['timeout', 'ca', 'proxy', 'input'] as const satisfies SharedFlag[]

/** What a command reads that works with the session of a profile. */
export const sessionFlags = ['profile', 'store', ...requestFlags] as const satisfies SharedFlag[]

/** Headings of `--help`, behind a command's own flags. */
const groups = ['Session and network:', 'Everywhere:'] as const

/** What a command has because of what it does, and not of how it gets there. */
const own: ReadonlySet<SharedFlag> = new Set(['yes', 'dryRun'])

/** Adds the flags of every command, and those of the shared ones that this command reads. */
export function addFlags(
  command: Command,
  reads: readonly SharedFlag[],
  answers: boolean,
  means: Partial<Record<SharedFlag, string>> = {},
): void {
  for (const name of reads) {
    const [flags, text] = shared[name]
    const option = command.createOption(flags, means[name] ?? text)
    command.addOption(own.has(name) ? option : option.helpGroup(groups[0]))
  }
  for (const [name, [flags, text]] of Object.entries(everywhere)) {
    const told = name === 'json' && !answers ? 'tell of errors in JSON' : text
    const option = command.createOption(flags, told).helpGroup(groups[1])
    command.addOption(name === 'fields' && !answers ? option.hideHelp() : option)
  }
  if (answers) return
  command.hook('preAction', (_, action) => {
    if (action.opts()['fields'] === undefined) return
    throw new ToknError('usage', `"${command.name()}" has no JSON document to take fields of`, {
      hint: 'leave --fields out',
    })
  })
}

/** Flags that stand before the name of a command are meant for it. */
export function passOn(program: Command): void {
  program.hook('preAction', (_, command) => {
    for (const [name, value] of Object.entries(program.opts<Record<string, unknown>>())) {
      if (program.getOptionValueSource(name) !== 'cli') continue
      if (command.getOptionValueSource(name) === 'cli') continue
      command.setOptionValueWithSource(name, value, 'cli')
    }
  })
}

/** The groups of a help, a command's own flags first: the others are the same everywhere. */
export function ownFirst<Item>(found: Map<string, Item[]>): Map<string, Item[]> {
  const ours = new Set<string>(groups)
  const rank = ([heading]: readonly [string, Item[]]) => (ours.has(heading) ? 1 : 0)
  return new Map([...found].toSorted((a, b) => rank(a) - rank(b)))
}
