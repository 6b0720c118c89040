import { quoteWord } from '../core/quoting.ts'

/** What the command line says, and a command that is told might not. */
interface Typed {
  /** The profiles that it names, or what stands for it. */
  readonly names: ReadonlySet<string>
  readonly directory: string | undefined
  readonly store: string | undefined
}

// Known without the tree of commands, which an error must not wait for; a test compares the two.

const toolsThatAsk = ['aws', 'bazel', 'cargo', 'docker', 'git', 'go', 'keyring', 'kubectl', 'pnpm']
const toolsSetUp = ['docker', 'git', 'keyring', 'kubectl']

const bothReaders = [
  ...['login', 'token', 'header', 'curl', 'exec', 'refresh', 'list', 'check', 'issue', 'revoke'],
  ...['info', 'logout', 'env', 'which', 'profile forget-credentials', 'provider scopes'],
  ...[...toolsThatAsk, 'terraform'].map((tool) => `credential ${tool}`),
  ...toolsSetUp.map((tool) => `setup ${tool}`),
]

/** Commands that read `--store`. */
export const storeReaders: ReadonlySet<string> = new Set([
  ...bothReaders,
  ...['list', 'verify', 'rekey', 'reader-key'].map((name) => `store ${name}`),
  'refresher run',
])

/** Commands that read `--profile`. */
export const profileReaders: ReadonlySet<string> = new Set(
  [...bothReaders].concat(['why', 'status', 'profile show', 'profile bind', 'provider test']),
)

const groups: ReadonlySet<string> = new Set([
  'profile',
  'provider',
  'credential',
  'setup',
  'store',
  'refresher',
])

/** A word as a shell reads it, and the blank before it. */
const shellWord = /\s(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+/y

/** `text`, each command in it with the flags without which it would mean something else. */
export function completeHint(text: string, typed: Typed): string {
  return insert(text, (words) => missingFrom(words, typed).join(''))
}

function missingFrom(
  words: readonly string[],
  { names, directory, store }: Typed,
): readonly string[] {
  const [first = '', second = ''] = words
  const grouped = groups.has(first)
  const command = grouped ? `${first} ${second}` : first
  const [operand] = words.slice(grouped ? 2 : 1)
  const has = (flag: RegExp) => words.some((word) => flag.test(word))
  // What only prints help takes no notice of these, and `help` refuses them.
  if (!/^[a-z]/.test(first) || first === 'help' || has(/^(?:-h|--help)$/)) return []
  const named =
    has(/^(?:-P|--profile|--all)/) ||
    (command === 'exec' && has(/^[A-Za-z_]\w*:/)) ||
    (command !== 'revoke' && operand !== undefined && !operand.startsWith('-'))
  // Several: a command that gives a child the tokens of several profiles.
  const [profile] = names.size === 1 && !named && profileReaders.has(command) ? names : []
  const kind = storeReaders.has(command) && !has(/^--(?:store|local$)/) ? store : undefined
  const place = has(/^--config-dir/) || directory === '' ? undefined : directory
  return [
    ...(profile === undefined ? [] : [` -P ${quoteWord(profile)}`]),
    ...(kind === undefined ? [] : [` --store ${quoteWord(kind)}`]),
    ...(place === undefined ? [] : [` --config-dir ${quoteWord(place)}`]),
  ]
}

/** `text` with what `further` gives for the words of a command at the end of each command in it. */
function insert(text: string, further: (words: readonly string[]) => string): string {
  let done = ''
  let rest = text
  for (;;) {
    const at = /(?<![\w./-])tokn(?= )/.exec(rest)?.index
    if (at === undefined) return done + rest
    const start = at + 'tokn'.length
    const words: string[] = []
    let end = start
    for (;;) {
      shellWord.lastIndex = end
      const [found] = shellWord.exec(rest) ?? []
      if (found === undefined || /^\s(?:&&|\|\|?|<|--|and|or)$/.test(found)) break
      const word = found.slice(1).replace(/[;,:)?]+$/, '')
      if (found.startsWith('\n') || word === '') break
      words.push(word)
      end += word.length + 1
      if (word.length + 1 < found.length) break
    }
    done += rest.slice(0, end) + further(words)
    rest = rest.slice(end)
  }
}
