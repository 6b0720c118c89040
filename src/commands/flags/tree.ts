import type { Command } from 'commander'

/** The commands of the program: all by their lines, and the rest of those that were asked for. */
export interface Tree {
  readonly program: Command
  /** Adds the rest of the command `name`. */
  readonly complete: (name: string) => Promise<void>
  /** What is wrong with a line can be said only where everything is known. */
  readonly completeAll: () => Promise<void>
}

/** `add` loads the command `name`, and adds to its line what it is besides that. */
export function openTree(program: Command, add: (name: string) => Promise<void>): Tree {
  const complete = new Set<string>()
  return {
    program,
    complete: once,
    completeAll: async () => {
      for (const command of program.commands) await once(command.name())
    },
  }

  async function once(name: string): Promise<void> {
    if (complete.has(name)) return
    complete.add(name)
    await add(name)
  }
}
