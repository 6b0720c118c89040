import type { Interaction } from '../../core/ports.ts'
import type { Provider } from '../../core/provider.ts'
import { words } from '../../messages/words.ts'
import type { Context } from '../context.ts'
import { grantFlags } from '../flags/grant.ts'
import type { LoginFlags } from '../flags/login.ts'
import { oauthFlags } from '../flags/oauth.ts'

/** Flags that say something of a login, so that nobody has to be asked whether there is to be one. */
const ofLogin: ReadonlySet<string> = new Set([
  ...['username', 'passwordStdin', 'secretFile', 'remember', 'force', 'dryRun', 'set'],
  ...[...grantFlags, ...oauthFlags],
])

/**
 * Whether the user has a token to paste in, and no credentials to log in with: asked where the
 * provider takes both, and nothing that was given says which it is.
 */
export async function choosesToken(
  { environment, select }: Context,
  { title, login, pasted, fields, person }: Provider,
  settings: Readonly<Record<string, string>>,
  flags: LoginFlags,
  interaction: Interaction | undefined,
): Promise<boolean> {
  if (interaction === undefined || login === undefined || pasted === undefined) return false
  const said = Object.entries(flags).filter(([name]) => ofLogin.has(name))
  if (flags.browser === false || said.some(([, value]) => value !== undefined)) return false
  const answered = fields.some(
    ({ name }) => settings[name] !== undefined || environment.fromEnvironment(name) !== undefined,
  )
  if (answered) return false
  const chosen = await select(flags, words.pasted.howToLogIn(title), [
    { value: 'login', label: person === true ? words.pasted.byPage() : words.pasted.byLogin() },
    { value: 'token', label: words.pasted.byToken() },
  ])
  return chosen === 'token'
}
