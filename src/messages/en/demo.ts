// English texts about `tokn demo`: the titles of its chapters, and why each command is run.

export const begins = (name: string) =>
  `${name}: real commands, fake APIs on this machine, nothing kept`
export const cancelled = () => 'cancelled; nothing is kept'
export const done = (word: string, count: number, seconds: string) =>
  `${word}: ${count} commands in ${seconds} s, each ended as it should`
export const doneWord = () => 'done'
/** `command` asks for whatever is missing in it. */
export const next = (command: string) => `next: ${command}`
export const endedOtherwise = (command: string, status: number, expected: number) =>
  `tokn ${command} ended with ${status} instead of ${expected}`

export const titles = {
  hosterby: 'hoster.by: two keys in headers, both tokens replaced at every refresh',
  oz: 'Oz Forensics: a header of its own, sessions that use prolongs',
  mcs: 'MCS Vision: the token in the query, and a budget of 25 x 25',
  rightech: 'Rightech IoT: named tokens with scopes and lifetimes',
}

export const hosterby = {
  login: 'log in; the keys come from the environment',
  token: 'a good token, for a script',
  header: 'the header that this API wants',
  exec: 'a program that gets the token in a variable only it sees',
  refresh: 'new tokens now',
  info: 'what the provider and this machine say about the session',
  inCi: 'in a CI job: no profile, nothing kept',
}
export const oz = {
  login: 'log in; Oz gives every customer an address of its own',
  header: 'not "Authorization", and no "Bearer"',
  refresh: 'the refresh token is called expire_token there; here it is a refresh',
  revoke: 'what an API cannot do is said, with the place to do it',
}
export const mcs = {
  login: 'log in; the API is on another host than its tokens',
  header: 'a token that is sent in the query',
  refresh: 'one of 25 refreshes',
  info: 'how much of the budget is used',
}
export const rightech = {
  login: 'log in for 90 days, with scopes',
  issue: 'a token for the CI, shown once',
  list: 'the tokens that the provider knows',
  revoke: 'revoke it, by its name',
  refresh: 'no refresh there: a successor is issued, and the old token revoked',
  local: 'all that is held here',
  logout: 'log out everywhere',
}
