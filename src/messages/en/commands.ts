// English texts about what commands say and ask besides errors of the session.

export const notTogether = (one: string, other: string) => ({
  message: `${one} and ${other} cannot be used together`,
  hint: 'leave one of them out',
})

export const allNamesNone = (hint: string) => ({
  message: '--all is for every profile, and one was named',
  hint,
})

export const notAVariable = (flag: string) => ({
  message: `${flag} is not a name for a variable`,
  hint: 'use letters, digits and underscores, and no digit first',
})

export const noVariable = (format: string) => ({
  message: `--var is for -o env and -o dotenv; -o ${format} prints no variable`,
  hint: 'leave --var out',
})

export const noDotenvLine = () => ({
  message: 'the token has quotes or backslashes that programs read differently in a dotenv file',
  hint: 'use -o env in a shell, or tokn exec',
})

export const notAFormat = (what: string, given: string, known: string) => ({
  message: `"${given}" is not a format for ${what}`,
  hint: `one of: ${known}`,
})
