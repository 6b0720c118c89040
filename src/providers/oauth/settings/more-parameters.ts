import { ToknError } from '../../../core/errors.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'

type Parameters = ReadonlyArray<readonly [name: string, value: string]>

/** What alone sets a parameter of a token request; empty for what nothing but the flow decides. */
const ownPlace: Readonly<Record<string, string>> = {
  grant_type: '--flow',
  code: '',
  code_verifier: '',
  device_code: '',
  redirect_uri: '--redirect-uri',
  client_id: '--client-id',
  client_secret: '--client-secret-file',
  client_assertion: '--private-key-file',
  client_assertion_type: '--client-auth',
  refresh_token: '',
  username: '--username',
  password: '--password-stdin',
  assertion: '--assertion-file',
  subject_token: '--subject-token-file',
  subject_token_type: '--set subject_token_type=TYPE',
  requested_token_type: '--set requested_token_type=TYPE',
  scope: '--scope',
}

/** RFC 8693 section 2.1, RFC 8707 section 2: a token may be for several of them. */
export const mayRepeat: readonly string[] = ['audience', 'resource']

/**
 * Further parameters of a token request, from a query. Throws `usage` for one that has its own place,
 * and for one given twice that can be there once; its value, which may be secret, is not quoted.
 */
export function readMoreParameters(text: string | undefined, setting: string): Parameters {
  const found = [...new URLSearchParams(text ?? '')]
  const names = found.map(([name]) => name)
  for (const [at, name] of names.entries()) {
    if (Object.hasOwn(ownPlace, name)) {
      const said = words.oauthParameters.hasItsOwnPlace(name, ownPlace[name] ?? '')
      throw new ToknError('usage', said)
    }
    if (name === '' || (names.indexOf(name) < at && !mayRepeat.includes(name))) {
      const said = words.oauthParameters.givenTwice(display(name, 60), setting)
      throw new ToknError('usage', said)
    }
  }
  return found
}

/** Two queries as one: a parameter of `own` replaces that of `usual`. */
export function mergeQueries(usual: string, own: string): string {
  const merged = new URLSearchParams(usual)
  const further = [...new URLSearchParams(own)]
  for (const [name] of further) merged.delete(name)
  for (const [name, value] of further) merged.append(name, value)
  return merged.toString()
}
