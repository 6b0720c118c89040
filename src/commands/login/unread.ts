import { ToknError } from '../../core/errors.ts'
import type { Provider } from '../../core/provider.ts'
import { display } from '../../core/text.ts'
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
export function refuseContrary({ words }: Context, { set }: Draft, flags: LoginFlags): void {
  if (words.includes('--remember') && words.includes('--no-remember')) {
    throw new ToknError('usage', '--remember and --no-remember exclude each other')
  }
  const said = ['username', 'email'].find((name) => name in set)
  if (flags.username !== undefined && said !== undefined) {
    throw new ToknError('usage', `--username and --set ${said}=... say the same: give one of them`)
  }
  if (flags.withToken !== true) return
  for (const flag of ['remember', 'force'] as const) {
    if (flags[flag] === true) {
      throw unread(`--${flag}`, 'a login, and --with-token takes a token that is made already')
    }
  }
}

/** Throws `usage` for a flag that no login of this provider reads, whatever its answers are. */
export function refuseForeign(provider: Provider, flags: LoginFlags): void {
  const { title, budget, fields, person } = provider
  if (flags.force === true && budget?.logins === undefined) {
    throw unread('--force', `a provider that allows a number of logins; ${title} counts none`)
  }
  const named = fields.some(({ name }) => name === 'username' || name === 'email')
  if (flags.username !== undefined && !named) {
    const names = fields.map(({ name }) => name)
    throw unread(
      '--username',
      `a login with a username or an email; ${title} has no such field`,
      names.length === 0 ? undefined : `it asks for ${display(names.join(', '), 300)}`,
    )
  }
  const [shown] = personFlags(flags)
  if (shown !== undefined && person === undefined) {
    throw unread(shown, `a login in a browser; that of ${title} opens none`)
  }
}

/** Throws `usage` for a flag that the login of this provider, as it is set up, does not read. */
export function refuseIgnored(provider: Provider, { set }: Draft, flags: LoginFlags): void {
  const { person, ignores = [] } = provider
  const [shown] = personFlags(flags)
  if (shown !== undefined && person === false) {
    throw unread(
      shown,
      'a login by a person, which this one is not',
      'leave it out, or choose --flow code or device',
    )
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
    'another flow than that of this login',
    'leave it out, or choose the flow that reads it with --flow',
  )
}

function personFlags(flags: LoginFlags): readonly string[] {
  return [
    ...(flags.browser === false ? ['--no-browser'] : []),
    ...(flags.qr === true ? ['--qr'] : []),
    ...(flags.clipboard === true ? ['--clipboard'] : []),
  ]
}

function unread(flag: string, purpose: string, hint = `leave ${flag} out`): ToknError {
  return new ToknError('usage', `${flag} is for ${purpose}`, { hint, sent: false })
}
