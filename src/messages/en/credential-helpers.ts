// English texts about the credentials that tools ask for.

/** What each tool is given, for `--help`. */
export const tools = {
  git: {
    summary: 'answer git, as its credential helper',
    examples: ['echo url=https://git.example.com | tokn credential git get'],
  },
  docker: {
    summary: 'answer docker, podman and skopeo, as their credential helper',
    examples: ['echo registry.example.com | tokn credential docker get'],
  },
  kubectl: {
    summary: 'answer kubectl and what else reads a kubeconfig',
    examples: ['tokn credential kubectl -P cluster'],
  },
  aws: {
    summary: 'answer the AWS tools, as their credential_process',
    examples: ['tokn credential aws -P cloud'],
  },
  cargo: {
    summary: 'answer cargo, as its credential provider',
    examples: ['tokn credential cargo -P registry -- --cargo-plugin'],
  },
  bazel: {
    summary: 'answer Bazel, as its credential helper',
    examples: ['tokn credential bazel get'],
  },
  terraform: {
    summary: 'answer terraform, as its credentials helper',
    examples: ['tokn credential terraform get app.example.com'],
  },
  go: {
    summary: 'answer the go command, as a command of GOAUTH',
    examples: ["GOAUTH='tokn credential go' go get example.com/module"],
  },
  pnpm: {
    summary: 'print the token for the tokenHelper of pnpm',
    examples: ['tokn credential pnpm -P registry'],
  },
  keyring: {
    summary: 'answer pip and uv in place of the keyring command',
    examples: ['tokn credential keyring get https://pypi.example.com/simple/ oauth2'],
  },
} as const

/** What is read from standard input. */
export const whatIsAsked = () => 'what the tool asks for'

/** What there is to type behind `tokn credential`. */
export const known = (names: readonly string[]) => `tokn credential TOOL: ${names.join(', ')}`

export const flagTooLate = (flag: string, tool: string) => ({
  message:
    flag === ''
      ? `flags have to stand before the words of the tool`
      : `${flag} has to stand before the words of the tool, where it cannot be one of them`,
  hint: `tokn credential ${tool} ${flag === '' ? 'FLAGS' : flag} ... WORDS`,
})

const place = (origin: string | undefined) => origin ?? 'what is asked for'

/** `token` is a token in words. */
export const notThere = (token: string, origin: string | undefined) =>
  `${token} may not be sent to ${place(origin)}: nothing is given`
export const foreign = (profile: string, origin: string | undefined) =>
  `"${profile}" does not answer for ${place(origin)}: nothing is given`
export const nobody = (origin: string | undefined) =>
  `no profile answers for ${place(origin)}: nothing is given`
/** Of the tools, these name a user, who decides. */
const byUser: Readonly<Record<string, string>> = {
  git: ', or NAME as the user name in the URL',
  keyring: ', or NAME as the user name in the URL',
}
export const undecided = (
  profiles: readonly string[],
  origin: string | undefined,
  tool: string,
) => {
  const names = `${profiles.slice(0, 10).join(', ')}${profiles.length > 10 ? ', ...' : ''}`
  return `several profiles answer for ${place(origin)}, and nothing decides between them: ${names}; choose by -P NAME (or TOKN_PROFILE), tokn profile use NAME${byUser[tool] ?? ''}`
}

/** How the token travels instead. */
export const notBearer = (
  token: string,
  way: {
    readonly headers: readonly string[]
    readonly query: readonly string[]
    readonly bound: boolean
  },
) => ({
  message: `${token} travels ${travels(way)}, and this tool can only send it as Authorization: Bearer`,
  hint: asItTravels(),
})

/** For a token that the tool cannot send. */
export const asItTravels = () => [
  'to send a request with it: tokn curl URL',
  'to hand it to a program: tokn exec -- COMMAND',
]

function travels({
  headers,
  query,
  bound,
}: {
  readonly headers: readonly string[]
  readonly query: readonly string[]
  readonly bound: boolean
}): string {
  const proof = bound ? ', with a proof of its key' : ''
  if (headers.length > 0) return `in the header ${headers.join(' and ')}${proof}`
  return `in the query of the URL (${query.join(', ')})${proof}`
}
