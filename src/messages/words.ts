// An area is one line here: its type by name would be a second one, far away from it.
/* oxlint-disable typescript/consistent-type-imports */
// Not `import()`: an error is made where nothing can be waited for. Not loaded until somebody has to
// be told something: a command that has nothing to say pays for none of it.
let load: NodeJS.Require | undefined

/** The areas and the types of their texts: `oauthLogin` is `oauth-login.ts` of each language. */
const areas = {
  agent: texts<typeof import('./en/agent.ts')>(),
  app: texts<typeof import('./en/app.ts')>(),
  core: texts<typeof import('./en/core.ts')>(),
  network: texts<typeof import('./en/network.ts')>(),
  files: texts<typeof import('./en/files.ts')>(),
  terminal: texts<typeof import('./en/terminal.ts')>(),
  processes: texts<typeof import('./en/processes.ts')>(),
  stores: texts<typeof import('./en/stores.ts')>(),
  etcd: texts<typeof import('./en/etcd.ts')>(),
  postgres: texts<typeof import('./en/postgres.ts')>(),
  storeCommands: texts<typeof import('./en/store-commands.ts')>(),
  redis: texts<typeof import('./en/redis.ts')>(),
  definitions: texts<typeof import('./en/definitions.ts')>(),
  requests: texts<typeof import('./en/requests.ts')>(),
  replies: texts<typeof import('./en/replies.ts')>(),
  oauth: texts<typeof import('./en/oauth.ts')>(),
  oauthClient: texts<typeof import('./en/oauth-client.ts')>(),
  oauthServer: texts<typeof import('./en/oauth-server.ts')>(),
  oauthLogin: texts<typeof import('./en/oauth-login.ts')>(),
  oauthParameters: texts<typeof import('./en/oauth-parameters.ts')>(),
  oauthPerson: texts<typeof import('./en/oauth-person.ts')>(),
  oauthResource: texts<typeof import('./en/oauth-resource.ts')>(),
  folders: texts<typeof import('./en/folders.ts')>(),
  shells: texts<typeof import('./en/shells.ts')>(),
  formats: texts<typeof import('./en/formats.ts')>(),
  session: texts<typeof import('./en/session.ts')>(),
  logout: texts<typeof import('./en/logout.ts')>(),
  plans: texts<typeof import('./en/plans.ts')>(),
  providerTest: texts<typeof import('./en/provider-test.ts')>(),
  refresh: texts<typeof import('./en/refresh.ts')>(),
  renewal: texts<typeof import('./en/renewal.ts')>(),
  login: texts<typeof import('./en/login.ts')>(),
  pasted: texts<typeof import('./en/pasted.ts')>(),
  show: texts<typeof import('./en/show.ts')>(),
  tokens: texts<typeof import('./en/tokens.ts')>(),
  credentialDocker: texts<typeof import('./en/credential-docker.ts')>(),
  credentialGit: texts<typeof import('./en/credential-git.ts')>(),
  credentials: texts<typeof import('./en/credentials.ts')>(),
  setup: texts<typeof import('./en/setup.ts')>(),
  credentialHelpers: texts<typeof import('./en/credential-helpers.ts')>(),
  commands: texts<typeof import('./en/commands.ts')>(),
  completion: texts<typeof import('./en/completion.ts')>(),
  status: texts<typeof import('./en/status.ts')>(),
  agentClient: texts<typeof import('./en/agent-client.ts')>(),
  check: texts<typeof import('./en/check.ts')>(),
  curl: texts<typeof import('./en/curl.ts')>(),
  ci: texts<typeof import('./en/ci.ts')>(),
  reports: texts<typeof import('./en/reports.ts')>(),
  loginFlags: texts<typeof import('./en/login-flags.ts')>(),
  newProvider: texts<typeof import('./en/new-provider.ts')>(),
  demo: texts<typeof import('./en/demo.ts')>(),
  flags: texts<typeof import('./en/flags.ts')>(),
  help: texts<typeof import('./en/help.ts')>(),
  topics: texts<typeof import('./en/topics.ts')>(),
  doctor: texts<typeof import('./en/doctor.ts')>(),
  times: texts<typeof import('./en/times.ts')>(),
  unfinished: texts<typeof import('./en/unfinished.ts')>(),
  agentInstall: texts<typeof import('./en/agent-install.ts')>(),
  agentLock: texts<typeof import('./en/agent-lock.ts')>(),
  agentFiles: texts<typeof import('./en/agent-files.ts')>(),
  insideExec: texts<typeof import('./en/inside-exec.ts')>(),
  childFiles: texts<typeof import('./en/child-files.ts')>(),
  uninstall: texts<typeof import('./en/uninstall.ts')>(),
  refresherService: texts<typeof import('./en/refresher-service.ts')>(),
  rejection: texts<typeof import('./en/rejection.ts')>(),
  credentialAws: texts<typeof import('./en/credential-aws.ts')>(),
  credentialKubectl: texts<typeof import('./en/credential-kubectl.ts')>(),
  credentialTerraform: texts<typeof import('./en/credential-terraform.ts')>(),
  credentialBuild: texts<typeof import('./en/credential-build.ts')>(),
  fleet: texts<typeof import('./en/fleet.ts')>(),
  storeKeys: texts<typeof import('./en/store-keys.ts')>(),
}

/** Stands for the type alone: there is nothing to load yet. */
function texts<Area>(): Area | undefined {
  return undefined
}

type Texts = { readonly [Name in keyof typeof areas]-?: NonNullable<(typeof areas)[Name]> }

/**
 * Makes the compiler say what `Own` lacks, where another language has `English`. Each file of another
 * language has a line with it; `test/e2e/structure.test.ts` asks for that line.
 */
export type Translation<English, Own extends English> = Own

let language = 'en'

/** By language, and the name of the file in it. */
const known: Record<string, Record<string, unknown>> = {}

function pathOf(name: string, file: string): string {
  return `../messages/${name}/${file}.cjs`
}

function loader(): NodeJS.Require {
  return (load ??= process.getBuiltinModule('node:module').createRequire(import.meta.url))
}

/** The texts of one area. */
function loadArea(file: string): unknown {
  const loaded = (known[language] ??= {})
  return (loaded[file] ??= loader()(pathOf(language, file)))
}

/** Gives the texts where there is no build to load them from, by the names of their files. */
export function provideTexts(given: Readonly<Record<string, unknown>>, name = 'en'): void {
  known[name] = { ...known[name], ...given }
}

/**
 * Chooses the language of all that is said from now on. `false`, and no change, where there are no
 * texts in it. With `--json` or `--fields` it has to stay English: what is in JSON is the same for
 * everybody, and an error is put into words where it is made, before anybody knows how it is shown.
 */
export function useLanguage(name: string): boolean {
  if (name !== 'en' && !Object.hasOwn(known, name) && !isBuilt(name)) return false
  language = name
  return true
}

function isBuilt(name: string): boolean {
  if (!/^[a-z]+$/.test(name)) return false
  try {
    loader().resolve(pathOf(name, 'core'))
    return true
  } catch {
    return false
  }
}

/**
 * What users read, by area, as functions of the values in it. What a failure says is its sentence
 * or, with what to do next, a `Said`.
 */
export const words = makeWords()

function makeWords(): Texts {
  const made = {}
  for (const name of Object.keys(areas)) {
    let file: string | undefined
    Object.defineProperty(made, name, {
      enumerable: true,
      get: () => loadArea((file ??= fileOf(name))),
    })
  }
  return made as Texts
}

function fileOf(area: string): string {
  return area.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
