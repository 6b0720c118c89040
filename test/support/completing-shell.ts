import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Home } from './home.ts'

/** What a shell made of a line when Tab was pressed in it. */
export interface CompletedLine {
  /** The line as it stands there then. */
  readonly line: string
  /** Its words, as the shell evaluates them. */
  readonly words: readonly string[]
  /** What was shown meanwhile. */
  readonly shown: string
}

/** An interactive shell in a terminal of its own, where a person types. */
export interface CompletingShell {
  /**
   * Types `line`, and Tab in the place of `<tab>`, at the end where there is none: what stands behind
   * it is there before.
   */
  complete(line: string): Promise<Omit<CompletedLine, 'words'>>
  /** As `complete`, and evaluates the words. */
  evaluate(line: string): Promise<CompletedLine>
  /** What is shown with a second Tab; `awaited` is in it. */
  list(line: string, awaited: string): Promise<string>
  close(): void
}

/** Milliseconds. */
const patience = 20_000

/**
 * Starts `shell` with the lines `setup`. Control-X Control-P writes what is typed into the file `seen`,
 * Control-X Control-E its words too.
 */
export async function openCompletingShell(
  shell: 'bash' | 'zsh' | 'fish',
  home: Home,
  setup: readonly string[],
): Promise<CompletingShell> {
  const seen = join(home.path, `seen-by-${shell}`)
  const file = join(home.path, shell === 'zsh' ? '.zshrc' : `${shell}-setup`)
  writeFileSync(file, [...setup, ...widgets[shell](seen), ''].join('\n'))
  const starts = {
    bash: `exec bash --rcfile '${file}' -i`,
    zsh: 'exec zsh -d -i',
    fish: `exec fish --no-config -i -C 'source "${file}"'`,
  }
  const line = `stty cols 200 rows 50; ${starts[shell]}`
  const child = spawn('script', ['--quiet', '--flush', '--command', line, '/dev/null'], {
    env: {
      ...home.environment,
      SHELL: '/bin/sh',
      TERM: 'xterm',
      LANG: 'C.UTF-8',
      ZDOTDIR: home.path,
    },
    cwd: home.work,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  child.stdin.on('error', () => undefined)
  const ask = async (keys: string, key = '\u0010', awaited = '') => {
    rmSync(seen, { force: true })
    shown = ''
    child.stdin.write(`${keys}\u0018${key}`)
    const end = Date.now() + patience
    while (!existsSync(seen)) {
      if (Date.now() > end) throw new Error(`${shell} did not answer: ${JSON.stringify(shown)}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    // What was shown before comes by another way, and may come later.
    while (!shown.includes(awaited)) {
      if (Date.now() > end)
        throw new Error(`${shell} did not show ${awaited}: ${JSON.stringify(shown)}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const [typed = '', ...words] = readFileSync(seen, 'utf8').split('\0')
    return { line: typed, words: words.slice(0, -1), shown: stripVTControlCharacters(shown) }
  }
  const keysFor = (text: string, tabs = 1) => {
    const [before = '', after = ''] = text.split('<tab>')
    // Control-E, Control-U: the line is empty again. Control-B: the cursor goes back.
    return `\u0005\u0015${before}${after}${'\u0002'.repeat(after.length)}${'\t'.repeat(tabs)}`
  }
  await ask('')
  return {
    complete: async (text) => await ask(keysFor(text)),
    evaluate: async (text) => await ask(keysFor(text), '\u0005'),
    list: async (text, awaited) => (await ask(keysFor(text, 2), undefined, awaited)).shown,
    close: () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    },
  }
}

/** What writes arguments into the file `seen`, each with a NUL behind it. */
const widgets = {
  bash: (seen: string) => [
    'PS1="> "',
    ...['enable-bracketed-paste off', 'completion-query-items 0', 'page-completions off'].map(
      (setting) => `bind "set ${setting}"`,
    ),
    `see() { printf '%s\\0' "$@" >'${seen}.new'; mv '${seen}.new' '${seen}'; }`,
    'evaluate() { local words; eval "words=($READLINE_LINE)"; see "$READLINE_LINE" "${words[@]}"; }',
    String.raw`bind -x '"\C-x\C-p": see "$READLINE_LINE"'`,
    String.raw`bind -x '"\C-x\C-e": evaluate'`,
  ],
  zsh: (seen: string) => [
    'PS1="> "',
    'bindkey -e',
    // In quotes, what calls for the history is taken out of it by what reads a line, and not by eval.
    'setopt no_beep no_list_beep no_bang_hist',
    `write() { print -rNn -- "$@" >'${seen}.new'; command mv '${seen}.new' '${seen}' }`,
    'see() { write "$BUFFER" "" }',
    'evaluate() { local words; eval "words=($BUFFER)"; write "$BUFFER" "${(@)words}" "" }',
    'zle -N see; zle -N evaluate',
    "bindkey '^X^P' see; bindkey '^X^E' evaluate",
  ],
  fish: (seen: string) => [
    'function fish_prompt; echo "> "; end',
    `function write; printf '%s\\0' $argv >'${seen}.new'; command mv '${seen}.new' '${seen}'; end`,
    'function see; write (commandline | string collect); end',
    'function evaluate; eval "set words "(commandline | string collect)',
    'write (commandline | string collect) $words; end',
    String.raw`bind \cx\cp see; bind \cx\ce evaluate`,
  ],
}
