import type { Command } from 'commander'

/** What the words of a command line name. */
export interface NamedPath {
  /** The deepest command that is named. */
  readonly command: Command
  /** What is asked for instead of what the command does: `-V` stands before any, and wins. */
  readonly asked?: 'version' | 'help' | undefined
  /** The words from the first on that stands where a command has to, and names none. */
  readonly unknown?: readonly string[]
  /** Whether the words end where a command has to stand. */
  readonly unfinished?: boolean
}

/**
 * Follows the words from the program down to the command that they name. A flag before it that is not
 * known, or lacks its value, ends this: what follows cannot be told from a value.
 */
export function followPath(words: readonly string[], program: Command): NamedPath {
  let command = program
  let asked: NamedPath['asked']
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const group = command.commands.length > 0
    if (word === '-h' || word === '--help') asked ??= 'help'
    else if (command === program && (word === '-V' || word === '--version')) asked = 'version'
    else if (word.startsWith('-') && word !== '-') {
      const name = word.split('=')[0]
      const option = command.options.find(({ short, long }) => name === short || name === long)
      const wrong = option === undefined || (option.required !== true && word.includes('='))
      if (wrong && group) return { command, asked }
      if (option?.required === true && !word.includes('=')) index++
      if (index === words.length) return { command, asked }
    } else if (group) {
      const child = childOf(command, word)
      if (child === undefined) return { command, asked, unknown: words.slice(index) }
      command = child
    }
  }
  return { command, asked, unfinished: command.commands.length > 0 }
}

export function childOf(command: Command, word: string): Command | undefined {
  return command.commands.find((one) => namesOf(one).includes(word))
}

/** The name of a command and its aliases. */
export function namesOf(command: Command): readonly string[] {
  return [command.name(), ...command.aliases()]
}

/** The words that lead to a command, with a blank behind: `profile list `; none for the program. */
export function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)}${command.name()} `
}
