// English texts about what completes the words of a command line.

export const notes = (shells: readonly string[]) =>
  `For ${shells.join(', ')} (or powershell). docs/completion.md says where each shell looks for it.\nCommands, flags, profiles, providers, scopes and tokens known here are completed: nothing is unlocked, sent or written.`
export const noShell = (shells: readonly string[]) => ({
  message: 'a shell has to be named',
  hint: shells.map((shell) => `tokn completion ${shell}`),
})
export const notAShell = (given: string, shells: readonly string[]) => ({
  message: `"${given}" is not a shell that there is completion for`,
  hint: `one of: ${shells.join(', ')}`,
})
