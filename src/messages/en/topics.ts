// English texts of `tokn help TOPIC`. Where a topic lists what the program knows, only the words are here.

export const exitCodes = {
  intro:
    'Branch on the status, or on the code of the error document that --json prints. 7 and 9 may succeed when repeated as they are; 4 needs a login.',
}

export const environment = {
  intro: 'A flag, here in square brackets, wins over its variable.',
}

export const formats = {
  intro:
    'With -o, tokn token and tokn header print the token in another form. Each form means the same with both.',
  meanings: {
    raw: 'the token and a newline; -n leaves the newline out',
    header: 'the header as the API wants it: Authorization: Bearer TOKEN, for curl -H',
    value: 'what stands behind the name of the header',
    query: 'for an API that wants the token in the address: name=TOKEN, joined by &',
    curl: 'a configuration for curl -K, with the header or the query',
    env: "export NAME='TOKEN', for eval in a shell; other shells: tokn env",
    dotenv: 'NAME="TOKEN", a line of a .env file',
    map: 'a flat JSON object of headers, for programs that ask a command for theirs (headersHelper)',
    netrc:
      'machine HOST login oauth2 password TOKEN, for servers that take the token as a password, where it travels as Bearer or Basic; a line for each host of the session, or the one of --for',
    github:
      'in a step of GitHub Actions: a line that hides the token in the log, and NAME=TOKEN in the files of GITHUB_ENV and GITHUB_OUTPUT, for later steps',
    gitlab: 'NAME=TOKEN, a file of artifacts:reports:dotenv for later jobs of GitLab CI',
  },
  json: 'a document, with what is known of the token (tokn help json); --json is short for it',
  usually: (token: string, header: string, issue: string) =>
    `Where no form is said: ${token} for tokn token, ${header} for tokn header. tokn issue takes: ${issue}. Where it gets a refresh token as well, that is a second line, and its variable has _REFRESH behind its name.`,
  variables:
    '--var says the NAME (TOKN_ACCESS_TOKEN). A token that a form cannot carry as it is, is refused: exit 2.',
  hidden:
    'With GITHUB_ACTIONS=true every command that prints a token, or hands it to a program, first has the log hide it: by lines on standard error, where that is no file.',
  others:
    'One field alone, as plain text: tokn token --field NAME, an empty line where it is not known, a line for each text of a list.',
  tables:
    'Tables are for people. Scripts take --json, or --plain: a line for each row, without titles, its columns separated by tabs, in this order:',
}

export const json = {
  intro:
    'With --json a command prints one document on standard output. Its first field, schema, names the shape and its version. A document gains fields and never loses one: one that has to lose any gets another version.',
  rules:
    '--fields a,b prints these fields alone; where the document is a list, those of its entries. A field that is not known is null. Times are RFC 3339 in UTC, and in ..._epoch seconds; expires_in is in seconds; expiry is known, unknown or never.',
  failure:
    'A command that fails prints nothing on standard output, but for one that judges (check, doctor, provider test, store verify) or does several things (revoke, logout --all, refresh --all). tokn list prints what it has read of a list that is too long for a document, which says so in stopped_at, and ends with 12; --json-lines prints a document a line as the pages come, however many there are, and where a page fails those before it stay. Its error is a document on standard error.',
  noDocument: (commands: string) =>
    `No document: ${commands}. With --json they print their errors so.`,
}

export const ci = {
  intro:
    'In a job there is no profile. With TOKN_PROVIDER and the credentials in the environment tokn logs in, answers, and keeps nothing: no store, no file. The one exception: where an API numbers its logins, they are counted.',
  asks: 'tokn asks nothing where standard input is no terminal, or with CI or TOKN_NO_INPUT set. What would need a login ends with 4, and names the variable to set; what would need a yes ends with 2, and names --yes.',
  secrets:
    'A secret is never a flag: TOKN_PASSWORD, or TOKN_PASSWORD_FILE with the path of a file. tokn exec takes these variables out of the environment of what it starts.',
  each: 'Each command in a job logs in anew. One login for the whole job, in the memory of a process that belongs to it:',
  shared:
    'One session for all jobs, in a store that many machines share: three variables, and nothing is written on the machine of the job.',
  idToken:
    'A job of GitHub or GitLab can trade in the ID token of its CI, and needs no stored secret. GitHub: permissions: id-token: write. GitLab: id_tokens: with TOKN_CI_ID_TOKEN.',
  more: 'Exit codes: tokn help exit-codes. Variables: tokn help environment. More: docs/ci.md.',
  heading: 'Examples:',
}

export const agents = {
  intro:
    'A program that works for you, an AI agent among them, needs no token in its hands: let tokn add it.',
  ways: 'Ways to give access, the narrowest first:',
  waysMeanings: {
    'tokn curl': 'adds the token to one request, and sends it to no host but those of the API',
    'tokn exec':
      'a variable with the token for one program; the other secrets of tokn are taken out',
    'tokn issue':
      'a token of its own for the program: few scopes, a short life, revoked by its name',
    'tokn token': 'prints the token: whoever reads the output has it',
  },
  rules: 'What a program can build on:',
  rulesMeanings: {
    'no questions':
      'without a terminal, or with --no-input, nothing ever asks; only login opens a browser',
    'standard output': 'holds the answer alone, and nothing where a command fails',
    '--json': 'documents with a version; an error names the next command in next (tokn help json)',
    'exit codes': '4: a person has to log in; 7 and 9: try again (tokn help exit-codes)',
    'tokn check': 'says before a long job whether the token lasts: --min-ttl 1h',
    'tokn status': 'every profile at a glance, and nothing is unlocked for it',
    TOKN_AGENT_SOCK:
      'set by tokn exec for its program: tokn token, curl and header work in it for the profiles named, without a key',
    '--for URL':
      'of token and header: an error, and no token, where the token may not be sent to that URL',
  },
  limit:
    'None of this is a wall: a program that runs as you can run tokn as well. What it must not reach, give it no way to: another user, a container, or a token with few scopes.',
  heading: 'Examples:',
}

export const providers = {
  intro:
    'What tokn can log in to. All that a provider asks for: tokn provider show ID. One of your own is a file: tokn provider new FILE.',
  address: 'address',
  ownAddress: 'each customer has its own: --base-url https://...',
  token: 'token',
  alsoTo: 'also to',
  cannot: (operation: string) => `no ${operation}`,
  byIssuing: 'by issuing a successor with the held token',
  notSaid: 'the API has none',
  headers: (text: string) => `in a header, ${text}`,
  query: (text: string) => `in the query, ${text}`,
  cookies: (text: string) => `in a cookie, ${text}`,
  oauth: 'OAuth 2.0 and OpenID Connect',
  presets: 'with an address of their own',
  presetsText: (ids: string) => `${ids}: as oauth, with what each of them needs filled in`,
}

export const scopes = {
  intro:
    'A scope is something that a token may do. --scope asks for one, and may be given several times; TOKN_SCOPE has several, separated by commas. login and issue read them.',
  seen: 'Scopes that can be asked for: tokn provider scopes PROFILE. What the held token may do: tokn info. What each token of the account may do: tokn list.',
  forms: {
    any: 'any text',
    token: 'words as the server names them; in TOKN_SCOPE they are separated by spaces',
    'method-path': 'a method and a path of the API, in quotes',
  },
  suchAs: (form: string, known: readonly string[]) =>
    `${form}, such as ${known.map((one) => `"${one}"`).join(', ')}`,
  unscoped: (scopes: string) => `${scopes}; a token without any may do all that its user may`,
  needs: (operation: string, scope: string) => `tokn ${operation} needs ${scope}`,
}
