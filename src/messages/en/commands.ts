// English texts about what commands say and ask besides errors of the session.

export const notTogether = (one: string, other: string) => ({
  message: `${one} and ${other} cannot be used together`,
  hint: 'leave one of them out',
})

export const notAFormat = (what: string, given: string, known: string) => ({
  message: `"${given}" is not a format for ${what}`,
  hint: `one of: ${known}`,
})
