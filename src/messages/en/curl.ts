// English texts about `tokn curl`: what of curl is not passed on, and why.

export const saidDead = () => 'the API says that the token is dead'

export const refusedForGood = (whose: string, why: string, hint: string | undefined) =>
  `the API says that the token of ${whose} is dead, and there is no other: ${why}${hint === undefined ? '' : ` (${hint.replaceAll('\n', '; ')})`}`
/** Each separated by spaces; `all` is what the session of `name` has, and what it lacks. */
export const wantsScopes = (lacking: string, name: string, all: string) =>
  `the API wants more scopes for that: ${lacking} (tokn login ${name} --scope "${all}")`
export const nothingAsked = () => ({
  message: 'what curl is to do comes after --',
  hint: 'tokn curl PROFILE -- https://...',
})
export const urlMissing = () => ({
  message: 'curl needs a URL',
  hint: 'tokn curl PROFILE -- https://...',
})
export const notAUrl = () => ({
  message: 'one of the arguments of curl is not a full URL',
  hint: 'begin each URL with https://; an option that takes a value takes the word after it',
})
export const dashAlone = () => 'a dash alone is not an option of curl'
export const noValue = (option: string) => `curl's option ${option} takes no value`
export const valueMissing = (option: string) => `curl's option ${option} needs a value`
export const controlCharacter = (option: string) =>
  `the value of --${option} has a control character in it`
export const notAMethod = () => 'the value of --request is not an HTTP method'
export const httpOnly = () => ({
  message: 'tokn curl speaks only HTTP and HTTPS',
  hint: 'use --proto =https',
})
export const tlsTooOld = () => ({
  message: 'tokn curl speaks TLS 1.2 or later',
  hint: 'use --tls-max 1.2',
})

/** `near` is the option that may have been meant. */
export const notPassedOn = (option: string, near: string | undefined) => ({
  message: `tokn does not pass on curl's option ${option}`,
  hint: near === undefined ? 'those it does: tokn curl --help' : `did you mean --${near}?`,
})
export const notRunWith = (option: string, why: keyof typeof reasons) => ({
  message: `curl is not run with ${option}: ${reasons[why].why}`,
  hint: reasons[why].hint,
})
/** Why options that people do type are not passed on. */
const reasons = {
  redirect: {
    why: 'a redirect would carry the token elsewhere',
    hint: 'look where it leads with -w "%header{location}" or -i, and ask there',
  },
  proxy: {
    why: 'it could send the token elsewhere',
    hint: 'a proxy is named before the --: tokn curl PROFILE --proxy URL -- ..., or in HTTPS_PROXY',
  },
  route: { why: 'tokn decides how a host is reached', hint: 'name the hosts in NO_PROXY' },
  elsewhere: { why: 'it could send the token elsewhere', hint: undefined },
  pathAsIs: { why: 'tokn checks a URL, and gives it to curl, in its normal form', hint: undefined },
  next: {
    why: 'it could send the token elsewhere',
    hint: 'run it once for each request',
  },
  insecure: {
    why: 'the server must prove who it is, by TLS 1.2 at least',
    hint: 'for a certificate authority of your own: tokn curl PROFILE --ca FILE -- ...',
  },
  verbose: { why: 'curl would print the token', hint: '-i shows the status and the headers' },
  credentials: {
    why: 'other credentials would be sent as well',
    hint: 'use -H for a header of your own',
  },
  noRequest: { why: 'it would make no request', hint: 'run curl itself' },
}

export const printsToken = (variable: string) => ({
  message: `curl is not run with -w %{${variable}}: it would print the token`,
  hint: 'the token is part of the URL; %{http_code} and the like are fine',
})
export const unknownVariable = () => ({
  message: 'a variable of --write-out is not known',
  hint: 'they are written %{http_code}, %{time_total}, ...',
})
export const formatInFile = () => 'the format of --write-out names a file in a file'
export const notFromInput = (option: string) => ({
  message: `--${option} is not read from standard input`,
  hint: `give it a file: --${option} @FILE`,
})
export const notAHeader = () => ({
  message: 'a header among the arguments of curl is not valid',
  hint: 'write it as -H "Name: value"',
})
export const hostHeader = () =>
  'curl is not run with a Host header: the token is sent to the host of the URL'
export const ownHeader = (name: string) => ({
  message: `the header ${name} is the token's own`,
  hint: name === 'cookie' ? 'give further cookies with -b' : `leave -H "${name}: ..." out`,
})
export const namesFileByReply = () => ({
  message: 'curl is not run with -J: it could write the token into the name of a file',
  hint: 'name the file: -o FILE',
})
export const noFileName = () => ({
  message: 'the URL has no file name',
  hint: 'name it: -o FILE',
})

export const oneAtATime = () => ({
  message: 'a token that is bound to a key is sent with one request at a time',
  hint: 'run curl once for each URL',
})
export const mayNeedTwo = (option: string) => ({
  message: `curl is not run with --${option}: a token that is bound to a key may need two requests`,
  hint: 'name a file that does not exist yet',
})
