// English texts about command lines: what is wrong with them, and what is asked before something is done.
import { didYouMean } from './core.ts'

export const commandMissing = () => 'a command is missing'
export const unknownCommand = (word: string) => `unknown command '${word}'`
export { didYouMean }
/** `usage` is that of a command which passes arguments on to a program. */
export const behindDashes = (usage: string) => `what is passed on stands behind "--": ${usage}`
export const takesNoValue = (flag: string) => ({
  message: `${flag} takes no value`,
  hint: `write ${flag} alone, or leave it out`,
})
export const flagAfterCommand = (command: string, flag: string) =>
  `write it after the command: ${command} ... ${flag}`
export const secretOnCommandLine = () =>
  'secrets do not go on a command line: use --password-stdin, TOKN_..._FILE, or answer the prompt'

const howToAskForHelp = 'tokn help COMMAND, or tokn help TOPIC'
export const helpTakesNoFlags = (flag: string) => ({
  message: `help takes no flags, and "${flag}" is one`,
  hint: howToAskForHelp,
})
export const noHelpThere = (word: string) => ({
  message: `there is no help on "${word}" there`,
  hint: howToAskForHelp,
})
export const thereIsNoHelp = (word: string) => `there is no help on "${word}"`
/** `near` is what may have been meant; without `group` the word stands first, and may be a topic. */
export const noHelp = (
  word: string,
  near: string | undefined,
  {
    group,
    topics,
    commands,
  }: {
    readonly group: string
    readonly topics: readonly string[]
    readonly commands: readonly string[]
  },
) => ({
  message: thereIsNoHelp(word),
  hint: [
    ...(near === undefined ? [] : [didYouMean(near)]),
    ...(topics.length === 0 ? [] : [`topics: ${topics.join(', ')}`]),
    commands.length === 0
      ? `"${group}" has no commands below it`
      : `commands: ${commands.join(', ')}`,
  ],
})

export const dryRunLogsIn = () => ({
  message: '--dry-run does not log in, and without a login there is no session',
  hint: 'to keep one: tokn login NAME; or give a token in TOKN_TOKEN',
})
export const answerBeforehand = (flag: string) => `answer it, or say so beforehand: ${flag}`

export const noDocument = (command: string) => ({
  message: `"${command}" has no JSON document to take fields of`,
  hint: 'leave --fields out',
})
export const noSuchField = (field: string, known: string) => ({
  message: `there is no field "${field}"`,
  hint: `fields: ${known}`,
})

export const notTogether = (one: string, other: string) => ({
  message: `${one} and ${other} cannot be used together`,
  hint: 'leave one of them out',
})

export const allNamesNone = (hint: string) => ({
  message: '--all is for every profile, and one was named',
  hint,
})

export const notAVariable = (flag: string, given: string) => ({
  message: `${flag} "${given}" is not a name for a variable`,
  hint: 'use letters, digits and underscores, and no digit first',
})

export const noDotenvLine = () => ({
  message: 'the token has quotes or backslashes that programs read differently in a dotenv file',
  hint: 'use -o env in a shell, or tokn exec',
})

export const notAFormat = (what: string, given: string, known: string) => ({
  message: `"${given}" is not a format for ${what}`,
  hint: `one of: ${known}`,
})

export const notARefreshMode = (given: string) => ({
  message: `--refresh "${given}" is not a time to refresh`,
  hint: 'one of: auto, never, force',
})
// In these, `profile` is ` web` for a command to type, or nothing.
export const sentInHeader = (token: string, profile: string) => ({
  message: `${token} is sent in a header, not in the query`,
  hint: `tokn header${profile}`,
})
export const sentInQuery = (token: string, profile: string) => ({
  message: `${token} is sent in the query, not in a header`,
  hint: `tokn curl${profile} -- URL, or tokn header${profile} -o query`,
})
export const notADestination = () => ({
  message: 'the value of --for is not a full URL',
  hint: 'begin it with https://, as in --for https://api.example.com/v1/orders',
})
export const boundToKey = (token: string, profile: string) => ({
  message: `${token} is bound to a key, and each request needs a proof`,
  hint: `tokn curl${profile} -- URL`,
})
export const onScreen = (profile: string) =>
  `tokn: hint: to keep it off the screen: tokn exec${profile} -e NAME -- COMMAND, or tokn curl${profile} -- URL`

export const programMissing = () => ({
  message: 'the program to run comes after --',
  hint: 'tokn exec PROFILE -e NAME -- COMMAND',
})
export const noTokenForProgram = (why: string) => `no token for the program: ${why}`
export const notAVariableAndProfile = (flag: string, given: string) => ({
  message: `${flag} "${given}" is not a name for a variable`,
  hint: 'write it as NAME, of letters, digits and underscores, or as NAME:PROFILE',
})

export const loginIsNoSession = () => ({
  message: 'there is no session to refresh: the variables are those of a login',
  hint: 'to log in again: tokn token',
})
export const loginIsNoSessionHere = () => ({
  message: 'there is no session here: the variables are those of a login',
  hint: 'leave out --local',
})
export const localHasNoStore = () => ({
  message: '--local does not look in a store: it lists what this machine remembers',
  hint: 'tokn list --local',
})

export const tokenMissing = () => ({
  message: "missing required argument 'token'",
  hint: 'tokn revoke --help',
})
export const revokeSeveral = (count: number, profile: string) =>
  `revoke ${count} tokens of "${profile}"?`
export const revokeAllOfId = (count: number, id: string, names: string) =>
  `revoke all ${count} tokens with the id ${id}: ${names}?`
export const notAgreedToRevoke = () => ({
  message: 'nothing was revoked',
  hint: 'to revoke them without a question: --yes',
})

export const notAProfileToLogOut = (variable: string) => ({
  message: `${variable} is set, and a logout cannot end what it stands for`,
  hint: 'name the profile to log out: tokn logout PROFILE',
})
export const jobIsNoProfile = () => ({
  message: 'TOKN_AGENT_SOCK names the session of this CI job, which no logout can end',
  hint: 'tokn ci end; or name the profile to log out: tokn logout PROFILE',
})
export const logOutOfSeveral = (count: number) => `log out of ${count} profiles?`
/** `unasked`: how many profiles nobody could be asked about. */
export const notAgreedToLogOut = (unasked: number | undefined) => ({
  message:
    unasked === undefined
      ? 'no profile was logged out'
      : `nobody can be asked whether to log out of ${unasked} profiles: none was logged out`,
  hint: 'tokn logout --all --yes',
})

export const profileExists = (name: string) => `there is a profile "${name}" already`
export const noSuchProvider = (id: string, near: readonly string[]) => ({
  message: `there is no provider "${id}"`,
  hint: near.length === 0 ? 'tokn provider list' : didYouMean(...near),
})
export const noDefinition = (id: string) => ({
  message: `there is no definition "${id}"`,
  hint: 'tokn provider list',
})
export const builtInName = (id: string) => ({
  message: `"${id}" is the name of a built-in provider`,
  hint: 'give yours another id',
})
export const providerExists = (id: string, file: string) => ({
  message: `there is a provider "${id}" already`,
  hint: `tokn provider add ${file} --force; its profiles then have to log in again`,
})
export const alsoSends = (id: string, origins: string) =>
  `"${id}" may also send secrets to: ${origins}`
export const isThatRight = () => 'Is that right?'
export const notAgreedToOrigins = () => ({
  message: 'the definition was not added',
  hint: 'if these origins are right, add --yes',
})
export const builtIn = (id: string) => ({
  message: `"${id}" is built in, and cannot be removed`,
  hint: 'tokn provider list',
})
export const providerInUse = (id: string, profiles: string) => ({
  message: `"${id}" is used by ${profiles}`,
  hint: 'log out of these profiles and remove them first',
})
export const noOwnProvider = (id: string) => ({
  message: `there is no provider "${id}" of your own`,
  hint: 'tokn provider list',
})
export const noSuchApi = (name: string, near: string | undefined, known: string) => ({
  message: `there is no API "${name}" in the sandbox`,
  hint: near === undefined ? `one of: ${known}` : didYouMean(near),
})
export const notAPort = (flag: string, given: string, longest: number) => ({
  message: `${flag} "${given}" is not a port number`,
  hint: `a number from 0 to ${longest}`,
})
