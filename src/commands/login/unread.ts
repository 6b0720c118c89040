import { ToknError } from '../../core/errors.ts'
import type { Provider } from '../../core/provider.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { Context } from '../context.ts'
import type { Draft } from './draft.ts'
import type { LoginFlags } from '../flags/login.ts'
import { secretFiles } from '../flags/oauth.ts'

const flagOfField: Readonly<Record<string, string>> = {
  username: '--username',
  subject_token: '--subject-token-file',
  assertion: '--assertion-file',
  redirect_port: '--redirect-port',
}

/** Throws `usage` for flags of which one takes back what the other says. */
export function refuseContrary({ words: typed }: Context, { set }: Draft, flags: LoginFlags): void {
  if (typed.includes('--remember') && typed.includes('--no-remember')) {
    throw new ToknError('usage', words.commands.notTogether('--remember', '--no-remember'))
  }
  const said = ['username', 'email'].find((name) => name in set)
  if (flags.username !== undefined && said !== undefined) {
    throw new ToknError('usage', words.loginFlags.sameTwice(said))
  }
  if (flags.withToken !== true) return
  for (const flag of ['remember', 'force'] as const) {
    if (flags[flag] === true) {
      throw unread(`--${flag}`, words.loginFlags.purposes.login())
    }
  }
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
