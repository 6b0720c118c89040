// English texts about what renews a session without a person.

/** `token` may be told to have expired before. `names` are those of secrets, each with its variables. */
export const lacking = (title: string, secrets: readonly string[]) =>
  `${title} gave no refresh token, and what a login takes is neither kept nor given here: ${secrets.join(', ')}`
export const another = (variable: string, secret: string) =>
  `${variable} holds another ${secret} than the one that made this session, and is not sent`
export const secretIn = (secret: string, variables: string) => `${secret} (${variables})`

/** What an agent answered. */
export const notTheAgent = (problem: string) =>
  `${problem}; the agent answered that, and its environment is another one than that of this command`
export const withoutAgent = (places: readonly string[]) =>
  `the agent cannot renew the session, since its environment is another one: it is renewed here, by ${places.join(' and ')}`

/** What renews a session, in the order in which it is tried. */
export const ways = {
  refresh_token: () => 'its refresh token',
  access_token: () => 'its token, while that is good',
  credentials: () => 'the credentials kept',
} as const
/** `secrets` in words, and where each of them is. */
export const givenIn = (secret: string, place: string) => `the ${secret} in ${place}`
export const byFiles = () => 'files that the profile names'
export const inOrder = (all: readonly string[]) => all.join(', then ')
export const byNothing = (why: string | undefined) =>
  why === undefined ? 'nothing' : `nothing: ${why}`
