// English texts about what `-o` prints.

export const noVariable = (format: string) => ({
  message: `--var is for -o env, dotenv, github and gitlab; -o ${format} prints no variable`,
  hint: 'leave --var out',
})
/** `command` is the beginning of one that prints it in another form. */
export const notOfIdToken = (format: string) => ({
  message: `an ID token is sent with no request, and -o ${format} is about requests`,
  hint: 'one of: -o raw, env, dotenv, github, gitlab, json',
})

export const noNetrcLine = () => ({
  message: 'the token has signs that programs read differently in a netrc file',
  hint: 'tokn curl sends it without one',
})
export const noPassword = () => ({
  message: 'the token does not travel as a password, and a netrc file tells of nothing else',
  hint: 'tokn curl sends it as it travels',
})
export const noHosts = () => ({
  message: 'nothing says to which host this token may be sent',
  hint: 'say which API it is for: --for URL needs TOKN_API_URL or TOKN_BASE_URL',
})
export const tooLongForNetrc = () => ({
  message:
    'the token is too long for a netrc file: some programs skip lines of more than 4,000 bytes',
  hint: 'tokn curl sends it without one',
})
export const noGitlabLine = () => ({
  message:
    'the token has a dollar sign, blanks at an end or letters beyond ASCII, and GitLab would change it',
  hint: 'run what needs it in the same job: tokn exec',
})
export const tooLongForGitlab = () => ({
  message: 'the token is longer than the 5,120 bytes that GitLab takes in a file of variables',
  hint: 'run what needs it in the same job: tokn exec',
})
export const readableInGitlab = () =>
  'whoever can read the artifacts of the job can read the token, and GitLab does not hide it in the logs of jobs'

export const noStepFiles = () => ({
  message: 'neither GITHUB_ENV nor GITHUB_OUTPUT is set: this is no step of GitHub Actions',
  hint: 'tokn token -o env, or tokn exec',
})
export const keptByRunner = (variable: string) => ({
  message: `GitHub Actions takes no variable ${variable} from a step`,
  hint: 'say another name: --var NAME',
})

export const notWithField = (field: string) => ({
  message: `--field ${field} needs --id-token`,
  hint: `tokn token --id-token --field ${field}`,
})
