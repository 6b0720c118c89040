import { openSession } from '../session/session.ts'
import type { Command } from 'commander'
import { isToknError, ToknError } from '../core/errors.ts'
import type { Interaction } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import { display } from '../core/text.ts'
import type { Grant } from '../core/token.ts'
import type { Pasted } from '../session/login/pasted.ts'
import type { Opened } from '../session/login/open-provider.ts'
import type { Ports } from '../session/ports.ts'
import type { SavedSession } from '../session/save-session.ts'
import { describeMissingScopes } from '../session/scopes.ts'
import { refuseSpent } from '../session/budget.ts'
import { checkLoginAnswers } from '../session/login/answers.ts'
import { checkFields, expiryFields, expiryNames, printJson, wantsJson } from './output/json.ts'
import type { Context } from './context.ts'
import { declare } from './flags/declare.ts'
import { dryRunFields, sayWould } from './output/dry-run.ts'
import { withScopes } from './flags/grant-variables.ts'
import { readGrant } from './flags/grant.ts'
import { answerFields, shallRemember } from './login/answers.ts'
import { draftProfile, type Draft } from './login/draft.ts'
import { readPasted, withoutEnd } from './login/pasted.ts'
import { agreeToReplace } from './login/replace.ts'
import { refuseContrary, refuseIgnored } from './login/unread.ts'
import { quoteWord } from './output/shell.ts'
import { loginFlags, type LoginFlags } from './flags/login.ts'
import { words } from '../messages/words.ts'

export function loginCommand(program: Command, context: Context, run = runLogin): void {
  declare(program, {
    usage: 'login [profile]',
    group: 'everyday',
    flags: loginFlags,
    text: () => words.help.login,
    examples: [
      'tokn login web --provider hosterby',
      'tokn login iot -p rightech --expires-in "90 days"',
      'tokn login vis -p mcs --with-token < service-token',
      'tokn login work --issuer https://sso.example.com --client-id tokn',
    ],
  }).action((profile: string | undefined, flags: LoginFlags) => run(context, profile, flags))
}

async function runLogin(
  context: Context,
  positional: string | undefined,
  flags: LoginFlags,
): Promise<void> {
  const fields = `schema profile provider store token_id scopes ${expiryNames} origins`
  checkFields(flags, flags.dryRun === true ? dryRunFields : fields)
  const ports = context.ports(flags)
  const interaction = await context.interaction(flags, flags)
  const draft = await draftProfile(context, ports, positional, flags, interaction)
  refuseContrary(context, draft, flags)
  if (flags.dryRun !== true) await agreeToReplace(context, ports, draft, flags)
  const pasted = await readPasted(context, ports, draft, flags, interaction)
  const prepared = await prepareLogin(context, ports, draft, flags, interaction, pasted)
  if (flags.dryRun === true) await sayPlan(context, ports, prepared, flags)
  else tellPlaced(context, ports, prepared, await logIn(context, ports, prepared, flags), flags)
}

/** Everything that a login needs, checked; nothing has been sent yet. */
interface PreparedLogin extends Opened {
  readonly grant: Grant
  readonly pasted: Pasted | undefined
  readonly interaction: Interaction | undefined
}

async function prepareLogin(
  context: Context,
  ports: Ports,
  draft: Draft,
  flags: LoginFlags,
  interaction: Interaction | undefined,
  pasted: Pasted | undefined,
): Promise<PreparedLogin> {
  const opened = await answerFields(context, ports, draft, flags, interaction, pasted)
  const { provider, answers } = opened
  refuseIgnored(provider, draft, flags)
  const asked = pasted === undefined ? withScopes(context, provider, flags) : withoutEnd(flags)
  const grant = readGrant(asked, ports.clock.now())
  provider.checkGrant(grant)
  if (pasted === undefined) checkLoginAnswers(provider, answers.settings)
  return { ...opened, grant, pasted, interaction }
}

async function sayPlan(
  context: Context,
  ports: Ports,
  { profile, provider }: PreparedLogin,
  flags: LoginFlags,
): Promise<void> {
  const session = openSession(ports, profile)
  await refuseSpent(session, provider, undefined, 'logins', flags.force === true)
  const would = words.reports.logsIn(provider.title, provider.origins.join(', '))
  sayWould(context, flags, [{ subject: profile.name, would }])
}

async function logIn(
  context: Context,
  ports: Ports,
  { profile, provider, answers, grant, pasted, interaction }: PreparedLogin,
  flags: LoginFlags,
): Promise<SavedSession> {
  const remember =
    pasted === undefined && (await shallRemember(context, provider, flags, interaction))
  const force = flags.force === true
  const request = { provider, answers, grant, remember, pasted, force, interaction }
  try {
    return await openSession(ports, profile).login(request)
  } catch (error) {
    throw sendToTerminal(context, error)
  }
}

function tellPlaced(
  context: Context,
  ports: Ports,
  { profile, provider }: PreparedLogin,
  placed: SavedSession,
  flags: LoginFlags,
): void {
  if (placed.profile.name !== profile.name) {
    ports.warn(words.reports.renamedMeanwhile(profile.name, placed.profile.name))
  }
  report(context, ports, placed.profile, placed.record, flags)
  const lacks = describeMissingScopes(placed.profile, provider, placed.record)
  if (lacks !== undefined) ports.warn(lacks)
}

/** A login that needs a person can be had by the very same words, where there is one. */
function sendToTerminal({ words: typed }: Context, error: unknown): unknown {
  if (!isToknError(error) || error.details.fault !== 'no-terminal') return error
  const same = typed.filter((word) => word !== '--no-input' && word !== '--json')
  const message = `${error.message}: ${error.hint ?? words.loginFlags.runInTerminal()}`
  return new ToknError(error.code, message, {
    ...error.details,
    hint: display(['tokn', ...same.map(quoteWord)].join(' '), 1_000),
  })
}

function report(
  context: Context,
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
  flags: LoginFlags,
): void {
  const now = ports.clock.now()
  if (wantsJson(flags)) {
    printJson(context, flags, {
      schema: 'tokn.login/v1',
      profile: profile.name,
      provider: profile.provider,
      store: profile.store,
      token_id: record.id ?? null,
      scopes: record.scopes ?? null,
      ...expiryFields(record.expiry, now),
      origins: record.origins,
    })
  } else if (flags.quiet !== true) {
    const { keptIn, loggedIn, nothingKept } = words.reports
    const expires = record.expiry.state === 'at' ? words.times.expires(record.expiry, now) : ''
    const { outlivesProcess } = ports.stores.traits(profile.store)
    const kept = outlivesProcess ? keptIn(profile.store) : nothingKept(profile.store)
    context.terminal.say(loggedIn(profile.name, expires, kept))
  }
}
