// English texts about programs that are started.

export const binaryOutput = () =>
  'binary output can mess up your terminal; --output - shows it all the same, --output FILE saves it'
export const noSuchProgram = (name: string, isPath: boolean, command: string) => ({
  message: `there is no program ${name}`,
  hint: isPath
    ? 'check the path of the program after --'
    : `check its name and the PATH: command -v ${command}`,
})

const reasons = {
  noInterpreter: {
    text: 'its first line (#!) names an interpreter that does not exist',
    hint: undefined,
  },
  notAProgram: {
    text: 'it is not a program of this system',
    hint: 'a script is run by its interpreter',
  },
  tooLong: { text: 'its arguments and variables are too long', hint: undefined },
  nul: { text: 'an argument or a variable contains a NUL', hint: undefined },
} as const

export const notExecutable = (name: string, why: keyof typeof reasons) => ({
  message: `the program ${name} cannot be executed: ${reasons[why].text}`,
  hint: reasons[why].hint,
})

/** `denied`: it is not allowed to be executed. */
export const notStarted = (name: string, why: string, denied: boolean) => ({
  message: `the program ${name} cannot be executed: ${why}`,
  hint: denied ? 'it must be a file with the permission to be executed: chmod +x FILE' : undefined,
})

export const noPipe = () => ({
  message: 'a pipe to the program could not be made',
  hint: 'put mkfifo on the PATH, or let the program read a file instead of standard input',
})

export const inputTooLarge = () => ({
  message: 'standard input cannot be kept, and may have to be sent twice',
  hint: 'give curl a file instead: -d @FILE, -T FILE',
})

export const revealingOption = (option: string) => ({
  message: `NODE_OPTIONS has ${option}, which would reveal secrets`,
  hint: 'run it without: NODE_OPTIONS= tokn ...',
})
