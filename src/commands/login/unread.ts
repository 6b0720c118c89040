import { ToknError } from '../../core/errors.ts'
import type { Provider } from '../../core/provider.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { Context } from '../context.ts'
import type { Draft } from './draft.ts'
import type { LoginFlags } from '../flags/login.ts'
import { jsonFlag } from '../output/json.ts'
import { secretFiles } from '../flags/oauth.ts'

const flagOfField: Readonly<Record<string, string>> = {
  username: '--username',
  subject_token: '--subject-token-file',
  assertion: '--assertion-file',
  redirect_port: '--redirect-port',
  redirect_uri: '--redirect-uri',
  authorization_parameters: '--authorization-param',
}

const flagOfName = {
  remember: '--remember',
  force: '--force',
  show: '--show',
  expiresIn: '--expires-in',
  expiresAt: '--expires-at',
} as const

/** Throws `usage` for flags of which one takes back what the other says. */
export function refuseContrary(context: Context, { set }: Draft, flags: LoginFlags): void {
  const { words: typed } = context
  if (typed.includes('--remember') && typed.includes('--no-remember')) {
    throw new ToknError('usage', words.commands.notTogether('--remember', '--no-remember'))
  }
  const mute = flags.quiet === true ? '--quiet' : jsonFlag(flags)
  if (flags.show === true && mute !== undefined) {
    throw new ToknError('usage', words.show.onlyForPeople(mute))
  }
  if (flags.register === true) refuseOtherClient(context, set)
  const said = ['username', 'email'].find((name) => name in set)
  if (flags.username !== undefined && said !== undefined) {
    throw new ToknError('usage', words.loginFlags.sameTwice(said))
  }
  const { withToken, withRefreshToken } = flags
  if (withToken === true && withRefreshToken === true) {
    throw new ToknError('usage', words.commands.notTogether('--with-token', '--with-refresh-token'))
  }
  const meaningless =
    withToken === true
      ? (['remember', 'force', 'show'] as const)
      : withRefreshToken === true
        ? (['remember', 'expiresIn', 'expiresAt'] as const)
        : []
  const given = meaningless.find((name) => flags[name] !== undefined && flags[name] !== false)
  if (given === undefined) return
  const { accessToken, login, loginAgain } = words.loginFlags.purposes
  const isEnd = given === 'expiresIn' || given === 'expiresAt'
  const say = isEnd ? accessToken : withToken === true ? login : loginAgain
  throw unread(flagOfName[given], say())
}

/** Throws `usage` where a client is given, and one is to be made as well. */
function refuseOtherClient({ environment }: Context, set: Draft['set']): void {
  const given =
    set['client_id'] !== undefined
      ? '--client-id'
      : environment.fromEnvironment('client_id') === undefined
        ? undefined
        : 'TOKN_CLIENT_ID'
  if (given === undefined) return
  throw new ToknError('usage', words.commands.notTogether('--register', given), { sent: false })
}

/** Throws `usage` for a flag that no login of this provider reads, whatever its answers are. */
export function refuseForeign(provider: Provider, flags: LoginFlags): void {
  const { title, budget, fields, person, overridable } = provider
  if (flags.override !== undefined && overridable !== true) {
    throw unread('--override', words.loginFlags.purposes.definition(title))
  }
  if (flags.force === true && budget?.logins === undefined) {
    throw unread('--force', words.loginFlags.purposes.budget(title))
  }
  const named = fields.some(({ name }) => name === 'username' || name === 'email')
  if (flags.username !== undefined && !named) {
    const names = fields.map(({ name }) => name)
    throw unread(
      '--username',
      words.loginFlags.purposes.userName(title),
      names.length === 0 ? undefined : words.loginFlags.asksFor(display(names.join(', '), 300)),
    )
  }
  const [shown] = personFlags(flags)
  if (shown !== undefined && person === undefined) {
    throw unread(shown, words.loginFlags.purposes.browser(title))
  }
}

/** Throws `usage` for a flag that the login of this provider, as it is set up, does not read. */
export function refuseIgnored(provider: Provider, { set }: Draft, flags: LoginFlags): void {
  const { person, ignores = [] } = provider
  const [shown] = personFlags(flags)
  if (shown !== undefined && person === false) {
    throw unread(shown, words.loginFlags.purposes.person(), words.loginFlags.choosePersonFlow())
  }
  const given = [
    ...Object.keys(set),
    ...Object.keys(secretFiles(flags)),
    ...(flags.username === undefined ? [] : ['username']),
  ]
  const name = given.find((one) => ignores.includes(one))
  if (name === undefined) return
  throw unread(
    flagOfField[name] ?? `--set ${name}=...`,
    words.loginFlags.purposes.flow(),
    words.loginFlags.chooseItsFlow(),
  )
}

function personFlags(flags: LoginFlags): readonly string[] {
  return [
    ...(flags.browser === false ? ['--no-browser'] : []),
    ...(flags.qr === true ? ['--qr'] : []),
    ...(flags.clipboard === true ? ['--clipboard'] : []),
  ]
}

function unread(flag: string, purpose: string, hint?: string): ToknError {
  return new ToknError('usage', words.loginFlags.unread(flag, purpose, hint), { sent: false })
}
