import { quoteWord } from '../core/text.ts'

/** Makes the commands that are told to a user fit what the user has typed. */
export interface Hints {
  /** Notes the profile that the command line, a variable or a folder names. */
  note(profile: string): void
  /** `text`, each command in it with the flags without which it would mean something else. */
  complete(text: string): string
}

// Known without the tree of commands, which an error must not wait for; a test compares the two.

/** Commands that read `--store`. */
export const storeReaders: ReadonlySet<string> = new Set(
  [
    'login',
    'token',
    'header',
    'curl',
    'exec',
    'refresh',
    'list',
    'check',
    'issue',
    'revoke',
  ].concat(['info', 'logout', 'env', 'which', 'profile forget-credentials', 'provider scopes']),
)

/** Commands that read `--profile`. */
export const profileReaders: ReadonlySet<string> = new Set(
  [...storeReaders].concat(['why', 'status', 'profile show', 'profile bind', 'provider test']),
)

const groups: ReadonlySet<string> = new Set(['profile', 'provider'])

/** A word as a shell reads it, and the blank before it. */
const shellWord = /\s(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+/y

/** `typed` are the words of the command line, without those behind `--`. */
export function openHints(typed: readonly string[]): Hints {
  const names = new Set<string>()
  const directory = valueOf(typed, '--config-dir')
  const store = valueOf(typed, '--store')
  return {
    note: (profile) => void names.add(profile),
    complete: (text) =>
      text.includes('tokn ') ? insert(text, (words) => missingFrom(words).join('')) : text,
  }

  function missingFrom(words: readonly string[]): readonly string[] {
    const [first = '', second = ''] = words
    const grouped = groups.has(first)
    const command = grouped ? `${first} ${second}` : first
    const [operand] = words.slice(grouped ? 2 : 1)
    const has = (flag: RegExp) => words.some((word) => flag.test(word))
    // What only prints help takes no notice of these, and `help` refuses them.
    if (!/^[a-z]/.test(first) || first === 'help' || has(/^(?:-h|--help)$/)) return []
    const named =
      has(/^(?:-P|--profile|--all)/) ||
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

/** The value of a flag, the last one where it is given more than once. */
function valueOf(words: readonly string[], flag: string): string | undefined {
  const at = words.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`))
  const word = words[at]
  return word === flag ? words[at + 1] : word?.slice(flag.length + 1)
}
