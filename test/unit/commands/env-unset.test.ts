import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../../src/commands/context.ts'
import { envCommand } from '../../../src/commands/env.ts'
import { shellNames } from '../../../src/commands/output/shell.ts'
import { shellUses } from '../../../src/commands/output/shell-uses.ts'
import { addLines } from '../../../src/program.ts'

/** What `tokn env --unset` prints where `SHELL` names the shell `usual`. */
async function unset(words: readonly string[], usual?: string): Promise<string> {
  const printed: string[] = []
  const context = {
    environment: { shell: usual },
    terminal: { out: (text: string) => void printed.push(text) },
  } as unknown as Context
  const program = new Command('tokn')
  addLines(program)
  envCommand(program, context)
  await program.parseAsync(['env', '--unset', ...words], { from: 'user' })
  return printed.join('')
}

const refused = {
  code: 'usage',
  message: 'nu runs no line that a program has printed, and so none that removes a variable',
  hint: 'type it there: hide-env --ignore-errors OWN',
}

describe('tokn env --unset', () => {
  it.each(shellNames.filter((shell) => shell !== 'nu'))('prints the line of %s', async (shell) => {
    expect(await unset(['--shell', shell])).toBe(shellUses[shell].unset('TOKN_ACCESS_TOKEN'))
  })

  it('prints nothing that nu could not take, and says what to type', async () => {
    await expect(unset(['--shell', 'nu', '--var', 'OWN'])).rejects.toMatchObject(refused)
    await expect(unset(['--var', 'OWN'], 'nu')).rejects.toMatchObject(refused)
    await expect(unset(['--shell', 'nu', '--var', 'OWN', '--json'])).rejects.toMatchObject(refused)
  })
})
