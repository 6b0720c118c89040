// English texts about commands for `--help`, and the topics of `tokn help`.

export const program = {
  summary: 'log in to APIs that hand out tokens, and give a good token to whoever asks',
}
export const printHelp = 'print this help'
export const printVersion = 'print the version'
export const help = { summary: 'print the help of a command, or a topic' }
export const helpOfHelp = {
  usage: 'tokn help [COMMAND...], or tokn help TOPIC',
  meaning: 'print the help of a command (tokn COMMAND --help does the same), or a topic',
  examples: ['tokn help login', 'tokn help provider test', 'tokn help exit-codes'],
}

export const usage = 'Usage: '
export const options = 'Options:'
export const examples = 'Examples:'

/** Headings of the commands, in the order of the page; the last ones are those below a command. */
export const groups = {
  everyday: 'Everyday:',
  tokens: 'Tokens:',
  profiles: 'Profiles:',
  tools: 'Tools:',
  trouble: 'When something is wrong:',
  look: 'To look:',
  change: 'To change:',
}

export const topicsHeading = 'Topics (tokn help TOPIC):'
/** What there is to read besides the helps of the commands, a line each. */
export const topics = {
  'exit-codes': 'how a command ends, for scripts to branch on',
  environment: 'the variables that are read',
  formats: 'what -o can print, and where each is of use',
  json: 'the documents of --json, and their fields',
  ci: 'a job without a profile: log in, answer, keep nothing',
  agents: 'for programs and AI agents that work for you',
  providers: 'the built-in APIs: where tokens travel, what each cannot do',
  scopes: 'what a token may do: how to ask for it, API by API',
}

export const login = {
  summary: 'log in to an API and keep its tokens',
  flags: { store: 'keep it in this store' },
}
export const token = {
  summary: 'print a good access token, refreshing it first if necessary',
}
export const header = {
  summary: "print the header in which the provider's API wants the token",
}
export const curl = {
  summary: 'run curl with the token, which never shows in the process list',
}
export const curlNotes = (options: string) =>
  `Options of curl that are passed on, in full (with no- where curl has that) or by their letter:\n${options}`
export const exec = {
  summary: 'run a program with the token in a variable that only it sees',
  notes:
    'The token is in TOKN_ACCESS_TOKEN, where neither -e nor --file is given. A file of --file is in memory (tmpfs), mode 0600, and goes with the program; read it again for each use.\nIn the program, tokn works for the profiles named, without a key and with a fresh token each time:\nTOKN_AGENT_SOCK is a socket of its own, which goes with exec, and TOKN_PROFILE the last profile named.',
}
export const refresh = {
  summary: 'get new tokens now',
  flags: { all: 'every profile that is logged in' },
}
export const list = {
  summary: "list the provider's tokens; where it lists none, those held here",
  flags: { local: 'the tokens held on this machine, of all profiles or of the one named' },
}
export const status = {
  summary: 'every profile at a glance: how long it lives, what is wrong, and what mends it',
  flags: {
    profile: 'only this profile',
    store: 'all sessions of the store that many machines share, and who works on them',
  },
}
export const statusNotes = (placeholders: readonly string[]) =>
  `Nothing is unlocked, sent or refreshed; with --store the store is asked. A template can have, besides text, {{ }} \\n \\t and:\n  ${placeholders.join(' ')}\n\nThe exit status is 0 whatever is found; to branch on that: tokn check`
export const check = {
  summary: 'say by the exit status whether a session is good: 0 yes, 10 no, 4 only a login helps',
  notes:
    'Nothing is refreshed, nobody is asked, and nothing is sent unless --online is given. With --all the worst result counts: 4 before all others, and 10 after them.\nProfiles that are logged out are left out of --all; where none is logged in, it is 4. --min-ttl is about the token held, also where the session renews itself.',
  flags: {
    all: 'every profile that is logged in',
    scope: 'a scope that the token must have',
    quiet: 'print nothing: the exit status says it',
  },
}
export const issue = {
  summary: 'make another token, with a name, scopes and a lifetime of its own',
}
export const revoke = {
  summary: 'revoke tokens by id, by the first characters of an id, or by name',
}
export const info = {
  summary: 'what the provider, the token itself and this machine say about a session',
  flags: { local: 'do not ask the provider' },
}
export const logout = {
  summary: 'end the session at the provider where that can be done, and erase it here',
}
export const which = {
  summary:
    'which profile, store and folder of profiles a command uses here, and what else was named',
  notes:
    'The first that names a profile wins: the command line, TOKN_PROFILE, the nearest .tokn of this folder\nand those above it, the default profile. A token in TOKN_TOKEN wins over all of them.',
}
export const env = {
  summary: 'print the line that sets the token as a variable of your shell',
  notes:
    'The shell is taken from SHELL where --shell does not say it; on Windows PSModulePath tells PowerShell\nfrom cmd. A token with signs that mean something to a shell takes --shell.',
  flags: {
    var: 'name of the variable',
    unset: 'print the line that removes the variable; no session is needed',
  },
}
export const why = { summary: 'who refreshed the tokens of a session, when and why' }
export const doctor = {
  summary: 'look at everything that could go wrong: stores, locks, clock, permissions, network',
}
export const uninstall = {
  summary: 'say everything that tokn has made on this machine, to take it away again',
  notes:
    'It removes nothing, unlocks nothing and asks nobody. Entries of a keychain are named and not looked at.\nWhat another HOME, other XDG variables or another TOKN_CONFIG_DIR lead to is found with those.\nLocks and journals are also looked for in the home that the password database names.',
  flags: { list: 'say every file, folder and entry, there or not' },
}
export const agent = {
  summary: 'a process that hands out fresh tokens at a socket, to programs that ask often',
}
export const agentStart = { summary: 'start the agent in the background, if none is running' }
export const agentStop = { summary: 'end the agent; what it is doing is finished first' }
export const agentStatus = {
  summary: 'the agent, and the profiles it was asked for lately',
  notes:
    'Where no agent is running, the exit status is 3.\nIt is about your own agent, whatever TOKN_AGENT_SOCK names.',
}
export const agentRun = {
  summary: 'be the agent, in the foreground, until a signal ends it',
  notes:
    'Programs ask at the socket: curl --unix-socket SOCKET http://tokn/token/PROFILE\nWho can open the socket can have every token: it belongs to this user alone, and is no boundary against programs of the same user.',
  flags: { profile: 'serve this profile alone' },
}
export const refresher = {
  summary: 'refresh the sessions of a store that many machines share',
}
export const refresherRun = {
  summary: 'refresh for all machines, ahead of need and by wish, until a signal ends it',
  notes:
    "It needs the refresher's key of the store (TOKN_STORE_KEY) and its address (TOKN_STORE_URL). Several may\nrun: one acts, and another takes over where that one is gone. An engine that is not reached is waited for.\nSIGTERM and SIGINT end it with 0, once what is under way is done. It says what it does on standard error;\nwith --json as lines on standard output.",
  flags: { store: 'the store, where no address says it' },
}
export const sandbox = {
  summary: 'serve fake but faithful APIs on this machine, to try things out',
}
export const demo = {
  summary: 'walk through the main job on all four APIs, against fakes on this machine',
}
export const completion = {
  summary: 'print what makes a shell complete the words of a command line',
}

export const ci = { summary: 'one login for all of a CI job, held in memory and ended with it' }
export const credential = {
  summary: 'answer git, docker, kubectl and other tools that ask for credentials, each in its way',
}
export const setup = {
  summary: 'have git, docker, kubectl, pip and uv ask tokn: writes their configuration',
}
export const credentialNotes =
  'The profile is the one that -P or TOKN_PROFILE names; else the one whose origins contain the host that the tool asks for. It answers for its own origins and no others.\nFlags of tokn stand before the words of the tool; what stands behind the first of those is for the tool. Nobody is asked, and no browser is opened.'
export const ciStart = {
  summary: 'log in once for this job, and print how its commands find the session',
  notes:
    'The login is made of TOKN_PROVIDER and the other variables of a login, and held by a process of its own; nothing is written to a disk. What is printed sets TOKN_AGENT_SOCK. Where GITHUB_ENV names a file, later steps are told there. From then on, commands that name no profile use this session. It ends, and is revoked where the API can do that, by tokn ci end, with the process that runs the shell (or --pid), and after --max.',
  flags: { shell: 'the shell that is to read it (default: sh, for bash and zsh as well)' },
}
export const ciEnd = {
  summary: 'end the session of this job at the provider where that can be done, and here',
  notes: 'Where the job has none, it says so and ends with 0.',
}

export const profile = {
  summary: 'list, show, choose, bind, rename and remove profiles',
}
export const profileList = { summary: 'all profiles, and which is the default' }
export const profileShow = { summary: 'what is on disk about a profile; none of it is secret' }
export const profileUse = { summary: 'make a profile the default' }
export const profileSet = {
  summary: 'change a setting of a profile; none takes it away',
  notes:
    'offline DURATION: so long does an agent go on with a good token from its memory while the store that\nmany machines share is not reached. Without it such a token is not given (7).',
}
export const profileBind = {
  summary: 'have this folder and those below it use a profile: writes its name to .tokn',
  notes:
    'The file holds the name and nothing else, so it can be committed. TOKN_PROFILE and -P win over it.',
}
export const profileUnbind = { summary: 'remove the .tokn of this folder' }
export const profileRename = { summary: 'rename a profile; its session stays' }
export const profileRemove = { summary: 'forget a profile; log out of it first' }
export const profileForgetCredentials = {
  summary: 'erase the credentials kept with a session; its tokens stay',
  notes:
    'What "login --remember" has kept is erased from the store, and nothing else. Without them an ended\nsession asks for a login again. Where none were kept it says so, with exit status 0.',
}

export const store = { summary: 'stores that many machines share: their sessions and keys' }

export const provider = { summary: 'the APIs that can be logged in to' }
export const providerList = { summary: 'all providers, built in and your own' }
export const providerShow = {
  summary: 'what a provider asks for, how its tokens travel and end, and what it can do',
}
export const providerAdd = {
  summary: 'add an API by its definition: a file, a URL on this machine, or - for standard input',
  flags: { force: 'replace a definition of the same name' },
}
export const providerRemove = { summary: 'forget a definition of your own' }
export const providerSchema = { summary: 'print the JSON Schema of a definition, for editors' }
export const providerScopes = {
  summary: 'the scopes that a login or an issue can ask for, one a line',
}
export const providerTest = {
  summary: 'try everything that a provider can do on a real server, and say what does not fit',
  flags: {
    baseUrl: 'where the server is',
    withToken: 'read a token from standard input instead of logging in',
  },
}
export const providerNew = {
  summary: 'ask a few questions about an API and write a definition of it to start from',
}

/** What each code of a failure means, for `tokn help exit-codes`. */
export const exitCodes = {
  internal: 'unexpected: a bug, or standard output could not be written',
  usage: 'the command line or a file of the configuration is wrong',
  not_found: 'there is no such profile, token or provider; agent status: no agent is running',
  reauth_required:
    'not logged in, the session has ended, credentials were refused, or a question has nobody to answer it: tokn login PROFILE',
  forbidden: 'the token may not do this, or its use was not allowed when an agent asked',
  unsupported: 'the API has no such operation',
  provider_refused: 'the provider refused',
  provider_nonsense: 'the provider sent a reply that makes no sense',
  network: 'no connection, no reply in time, or the server failed: try again',
  rate_limited: 'too many requests: try again later',
  store:
    'the secret store, or the agent, is locked, missing, too slow or damaged; or the socket of an agent cannot be used',
  busy: 'another process is refreshing this session: try again; agent: another one is running',
  check_failed:
    'the token is not what was asked for (its life, a scope), or a refresh is due; doctor: something is wrong',
  quota: "the provider's budget of tokens would be used up; --force spends it",
  partial: 'some of several things failed, or a logout after which a token is or may be alive',
  program_not_executable: 'exec, curl: the program exists and cannot be executed',
  program_not_found: 'exec, curl: there is no such program',
  interrupted: 'cancelled, or the input ended at a question',
}
export const ok = 'ok'
export const noTokenForProgram = 'exec: no token for the program; the code says why'
export const endedBySignal = 'exec, curl: the program was ended by signal n'
