import { checkBaseUrl } from '../core/base-url.ts'
import { ToknError } from '../core/errors.ts'
import type { StoreKind } from '../core/profile.ts'
import { Secret } from '../core/secret.ts'
import { display } from '../core/text.ts'
import { readValueText } from '../core/value-text.ts'
import { variableOf } from '../core/variable.ts'
import type { Environment } from '../io/files/paths.ts'
import { words } from '../messages/words.ts'
import { storeCatalog } from '../stores/catalog.ts'
import { kindOfUrl } from './store-variables.ts'

/** What `TOKN_*` variables say. Files that they name are read when asked for, and only then. */
export interface Variables {
  /** `TOKN_<NAME>`, or the content of the file that `TOKN_<NAME>_FILE` names. Throws `usage`. */
  read(name: string): string | undefined
  readSecret(name: string): Secret | undefined
  /** The variable that `read` would read, or that names its file; it is not read. */
  holding(name: string): string | undefined
  /** `TOKN_TOKEN`, or `TOKN_<PROFILE>_TOKEN` for a named profile. */
  token(profile: string | undefined): { token: Secret; variable: string } | undefined
  /** The variable that `token` would read, or that names its file; it is not read. */
  tokenVariable(profile: string | undefined): string | undefined
  /** Each throws `usage` for a value that is not one line of text. */
  readonly profile: string | undefined
  readonly provider: string | undefined
  /** `TOKN_STORE`, else what the scheme of `TOKN_STORE_URL` names. */
  readonly store: StoreKind | undefined
  /** The variable that names the store, or the file of its address. */
  readonly storeVariable: string | undefined
  /** `TOKN_STORE_URL`; may have a password in it. Throws `usage` for what is no address of a store. */
  readonly storeUrl: Secret | undefined
  /** `TOKN_SCOPE`: what a login is to be good for; `undefined` where it names nothing. */
  readonly scopes: readonly string[] | undefined
  /** `TOKN_API_URL`: the origins that it names, if any. Throws `usage` for what is not a URL. */
  readonly apiUrls: readonly string[] | undefined
}

// What GitHub Actions calls the things that a job gets its ID token with.
const provided: Readonly<Record<string, string>> = {
  TOKN_CI_REQUEST_URL: 'ACTIONS_ID_TOKEN_REQUEST_URL',
  TOKN_CI_REQUEST_TOKEN: 'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
}

// TOKN_ACCESS_TOKEN is what `env` and `exec` set where no other name is said.
const taken: ReadonlySet<string> = new Set(
  ['ACCESS', 'REFRESH', 'ID', 'SUBJECT', 'CI_REQUEST'].map((name) => `TOKN_${name}_TOKEN`),
)

/**
 * Reads the variables lazily, by the same rule as files, and each file once: it may be a pipe, `<(...)`, that gives what it has
 * to the first who asks. `readFile` gives the content of a file. One that `isReadOnce` is no answer
 * to a question for a path: nobody could read it later.
 */
export function openVariables(
  environment: Environment,
  readFile: (path: string, what: string) => string,
  isReadOnce: (path: string) => boolean = () => false,
): Variables {
  const contents = new Map<string, string>()
  let store: { readonly kind: StoreKind | undefined } | undefined
  // Looked at by every command: a mistake here could send secrets to the wrong place.
  if (filled('TOKN_STORE') !== undefined) store = { kind: readStore() }
  return {
    read,
    readSecret,
    holding,
    token,
    tokenVariable: (profile) => namesOfToken(profile).map(holding).find(Boolean),
    get profile() {
      return filled('TOKN_PROFILE')
    },
    get provider() {
      return filled('TOKN_PROVIDER')
    },
    get scopes() {
      // A scope may have blanks in it: "GET /objects".
      return readList(read('scope'), /,/)
    },
    get apiUrls() {
      return readList(read('api_url'), /[\s,]/)?.map(originOf)
    },
    get store() {
      return (store ??= { kind: readStore() }).kind
    },
    get storeVariable() {
      return filled('TOKN_STORE') === undefined ? holding('store_url') : 'TOKN_STORE'
    },
    get storeUrl() {
      return readSecret('store_url')
    },
  }

  function readStore(): StoreKind | undefined {
    const kind = readStoreKind(filled('TOKN_STORE'), 'TOKN_STORE')
    const url = read('store_url')
    return url === undefined ? kind : kindOfUrl(url, kind)
  }

  function holding(name: string): string | undefined {
    const variable = variableOf(name)
    return [variable, provided[variable] ?? '', `${variable}_FILE`].find((one) =>
      Boolean(environment[one]),
    )
  }

  function readSecret(name: string): Secret | undefined {
    const value = read(name)
    return value === undefined ? undefined : new Secret(value)
  }

  function read(name: string): string | undefined {
    const variable = variableOf(name)
    const value = filled(variable) ?? filled(provided[variable] ?? '')
    if (value) return name.endsWith('_file') && isReadOnce(value) ? undefined : value
    const path = filled(`${variable}_FILE`)
    if (!path) return undefined
    const content = contents.get(variable) ?? readFile(path, `the file of ${variable}_FILE`)
    contents.set(variable, content)
    return content
  }

  function token(profile: string | undefined): { token: Secret; variable: string } | undefined {
    for (const name of namesOfToken(profile)) {
      const value = readSecret(name)
      if (value !== undefined) return { token: value, variable: variableOf(name) }
    }
    return undefined
  }

  function filled(name: string): string | undefined {
    const value = environment[name]
    return value ? readValueText(value, name) : undefined
  }
}

function namesOfToken(profile: string | undefined): readonly string[] {
  const own = !profile ? [] : [`${profile}_token`]
  // The names of other values: a profile called "refresh" has no variable for its token.
  return [...own.filter((name) => !taken.has(variableOf(name))), 'token']
}

function originOf(url: string): string {
  return new URL(checkBaseUrl(url, 'TOKN_API_URL')).origin
}

function readList(text: string | undefined, separator: RegExp): readonly string[] | undefined {
  const items = text?.split(separator).map((item) => item.trim())
  const named = items?.filter(Boolean) ?? []
  return named.length === 0 ? undefined : named
}

/** Throws `usage` for a word that is not the name of a store. */
export function readStoreKind(text: string | undefined, what: string): StoreKind | undefined {
  if (text === undefined) return undefined
  const kind = storeCatalog.find(text)
  if (kind !== undefined) return kind
  throw new ToknError('usage', words.app.notAStore(what, display(text, 40), storeCatalog.kinds))
}
