// English texts about `tokn setup`.

import { asItTravels } from './credential-helpers.ts'

const notes =
  'It shows what it writes. The profile answers for the origins of its API (its base URL, --api-url) and, with --host, for further ones, which are then allowed beside its token: that takes its store, and a session. --undo takes back what was written, and nothing that was written or changed by others; what another helper was told before comes back.'

export const helps = {
  git: { summary: 'have git ask tokn for the hosts of a profile', notes },
  docker: { summary: 'have docker, podman and skopeo ask tokn for the hosts of a profile', notes },
  kubectl: {
    summary: 'add a user to the kubeconfig for whom kubectl asks tokn',
    notes:
      'It shows what it writes; kubectl itself writes it. --undo takes it back, and nothing that was written or changed by others.',
  },
  keyring: {
    summary: 'make a keyring command, for pip and uv, that asks tokn',
    notes:
      'It is made in a folder of its own, which is on no PATH: there it would stand in for the keyring of Python. --undo removes it.',
  },
}
export const flags = {
  host: 'a further host that the profile answers for, as an origin: https://HOST[:PORT]',
  undo: 'take back what was written',
  dryRun: 'show what would be written, and write nothing',
}

export const tooManyHosts = (most: number) => `a profile can have ${most} hosts at most`
export const notAHost = (given: string) => ({
  message: `"${given}" is no host that a token can be sent to`,
  hint: 'https://HOST or https://HOST:PORT, in lower case and without a path; http is for this very machine alone',
})
export const nothingFor = (profile: string) => ({
  message: `nothing is known of where "${profile}" may send its token`,
  hint: `--host https://HOST`,
})
/** The helper itself says the same, in its own way to fail, to a client that was set up by hand. */
export const cannotSend = (client: string, profile: string) => ({
  message: `the token of "${profile}" does not travel in a way that ${clientsLike[client] ?? client} can send; nothing is set up`,
  hint: asItTravels(),
})
const clientsLike: Readonly<Record<string, string>> = { keyring: 'pip or uv' }
export const noHostToUndo = () =>
  '--undo takes back every host that was added; --host says nothing then'
export const noHome = () => 'without a home folder there is no configuration of a client'
export const notInstalled = (client: string) =>
  `${client} is not installed, and it is ${client} that writes its configuration`
/** What to type by hand. */
export const byHand = (client: string, lines: readonly string[]) => ({
  message: `${client} is not installed, and it is ${client} that writes its configuration`,
  hint: ['where it is:', ...lines],
})
export const clientRefused = (client: string, file: string, said: string) => {
  const line = said.split('\n').find((one) => one.trim() !== '') ?? ''
  return `${client} could not change ${file}${line === '' ? '' : ` (${line})`}`
}
export const tooSlow = (client: string) => `${client} did not end in time`
export const broken = (file: string) => ({
  message: `${file} is no plain JSON of such a configuration; it is left as it is`,
  hint: 'mend it, or move it away',
})
export const brokenNote = (file: string) => ({
  message: `${file}, which says what tokn has set up, cannot be read; nothing is changed`,
  hint: 'mend it, or move it away: what was set up before then stays until you take it away',
})
export const changedMeanwhile = (file: string) =>
  `${file} was changed by another program just now; nothing is written`
export const userTaken = (user: string) => ({
  message: `there is a user "${user}" in the kubeconfig that was not written by tokn, or was changed since`,
  hint: `kubectl config rename-user is not there: kubectl config delete-user ${user}, if it is not needed`,
})

/** `what` is a key of a file, or nothing, for all of it. */
export const changes = {
  written: (file: string, what: string) => `wrote ${file}${what}`,
  'would-write': (file: string, what: string) => `would write ${file}${what}`,
  unchanged: (file: string, what: string) => `${file}${what} is already so`,
  removed: (file: string, what: string) => `took back ${file}${what}`,
  'would-remove': (file: string, what: string) => `would take back ${file}${what}`,
  absent: (file: string, what: string) => `${file}${what} is not there any more`,
  shared: (file: string, what: string) => `${file}${what} serves another profile as well; it stays`,
  kept: (file: string, what: string) => `${file}${what} was changed since; it is left as it is`,
}
export const keyOf = (key: string) => (key === '' ? '' : `: ${key}`)
export const othersThere = (key: string, values: readonly string[]) =>
  `${key} was ${values.map((one) => JSON.stringify(one)).join(', ')}; --undo brings that back`
export const answersFor = (profile: string, origins: readonly string[]) =>
  `"${profile}" answers for ${origins.join(', ')} as well`
export const wouldAnswerFor = (profile: string, origins: readonly string[]) =>
  `"${profile}" would answer for ${origins.join(', ')} as well`
export const noLongerFor = (origins: readonly string[]) =>
  `no longer answered for: ${origins.join(', ')}`
export const nothingToUndo = (client: string) => `nothing was set up for ${client}`
export const next = (line: string) => `next: ${line}`

export const notOnPath = (program: string) =>
  `docker looks for ${program} on its PATH, and it is not on this one: npm install --global puts it there`
export const foreignServer = (profile: string, server: string) =>
  `the current context is for ${server}, which "${profile}" does not answer for: no token goes there, unless its origin is given with --host`
export const useUser = (line: string) => line
/** pip asks for a password where the URL names a user, and not without one. */
export const useKeyring = (folder: string, withUser: string, index: string) => [
  `PATH=${folder}:"$PATH" pip install --keyring-provider subprocess --index-url ${withUser} PACKAGE`,
  `PATH=${folder}:"$PATH" uv pip install --keyring-provider subprocess --index-url ${index} PACKAGE`,
]
