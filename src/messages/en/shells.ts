// English texts about variables of a shell.

export const notAShell = (given: string, known: readonly string[]) => ({
  message: `"${given}" is not a shell that is known`,
  hint: `one of: ${known.join(', ')}`,
})
export const whichShell = (given: string | undefined, known: readonly string[]) => ({
  message:
    given === undefined
      ? 'no variable says which shell this is'
      : `SHELL is "${given}", which is not a shell that is known`,
  hint: `say it: --shell ${known.join('|')}`,
})
export const sayWhich = (shell: string) => ({
  message: 'the token has signs that one shell reads differently from another',
  hint: `say which shell is to read it: --shell ${shell}`,
})
export const notQuotable = (shell: string) => ({
  message: `the token has signs that ${shell} could take for more than text`,
  hint: 'tokn exec hands it to a program without a shell',
})
export const hasToBeTyped = (shell: string, line: string) => ({
  message: `${shell} runs no line that a program has printed, and so none that removes a variable`,
  hint: `type it there: ${line}`,
})
/** `line` is what to type. */
export const howToRead = (line: string) => `tokn: hint: to set it in this shell: ${line}`
