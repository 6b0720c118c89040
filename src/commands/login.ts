import { openSession } from '../session/session.ts'
import type { Command } from 'commander'
import { isToknError, ToknError } from '../core/errors.ts'
import type { Interaction } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import { display, quoteWord } from '../core/text.ts'
import type { Grant } from '../core/token.ts'
import type { Pasted } from '../session/login/pasted.ts'
import { withSettings, type Opened } from '../session/login/open-provider.ts'
import type { Ports } from '../session/ports.ts'
import { findReplaced } from '../session/revoke/end-replaced.ts'
import { describeMissingScopes } from '../session/scopes.ts'
import { refuseSpent } from '../session/budget.ts'
import { checkLoginAnswers } from '../session/login/answers.ts'
import { checkFields } from './output/json.ts'
import type { Context } from './context.ts'
import { declare } from './flags/declare.ts'
import { sayWould } from './output/dry-run.ts'
import { withScopes } from './flags/grant-variables.ts'
import { readGrant } from './flags/grant.ts'
import { askToKeep, isToAskAboutKeeping, offerToEnd, tellOfReplaced } from './login/afterwards.ts'
import { announceLogin } from './login/announce.ts'
import { answerFields } from './login/answers.ts'
import { logInUntilRight, type Made } from './login/attempts.ts'
import { draftProfile, type Draft } from './login/draft.ts'
import { readPasted, withoutEnd } from './login/pasted.ts'
import { agreeToReplace } from './login/replace.ts'
import { closeLogin, sayLoggedIn } from './login/report.ts'
import { refuseContrary, refuseIgnored } from './login/unread.ts'
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
  await checkFields(flags, flags.dryRun === true ? 'tokn.dry-run/v1' : 'tokn.login/v1')
  const ports = context.ports(flags)
  const interaction = await context.interaction(flags, flags)
  const draft = await draftProfile(context, ports, positional, flags, interaction)
  refuseContrary(context, draft, flags)
  const isDry = flags.dryRun === true
  if (!isDry) await agreeToReplace(context, ports, draft, flags)
  if (!isDry && interaction !== undefined) await proveFirst(context, ports, draft, flags)
  const pasted = await readPasted(context, ports, draft, flags, interaction)
  const prepared = await prepareLogin(context, ports, draft, flags, interaction, pasted)
  if (isDry) return await sayPlan(context, ports, prepared, flags)
  const made = await logIn(context, ports, prepared, flags)
  await finishLogin(context, ports, prepared, made, draft.before, flags)
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
  prepared: PreparedLogin,
  flags: LoginFlags,
): Promise<Made> {
  const { profile, provider, grant, pasted, interaction } = prepared
  const session = openSession(ports, profile)
  const remember = pasted === undefined && flags.remember === true
  const force = flags.force === true
  const asking = pasted === undefined ? interaction : undefined
  // With every answer in the environment no question came, and a person reads this all the same.
  if (interaction !== undefined) context.sayAnnounced()
  return await logInUntilRight({
    session,
    opened: prepared,
    interaction: asking,
    force,
    logIn: async (answers) => {
      const request = { provider, answers, grant, remember, pasted, force, interaction }
      try {
        return await session.login(request)
      } catch (error) {
        throw sendToTerminal(context, error)
      }
    },
  })
}

/** What is said and asked once the session is stored: nothing of that can lose it. */
async function finishLogin(
  context: Context,
  ports: Ports,
  prepared: PreparedLogin,
  { saved, answers }: Made,
  before: Profile | undefined,
  flags: LoginFlags,
): Promise<void> {
  const { profile, provider, pasted, interaction } = prepared
  if (saved.profile.name !== profile.name) {
    ports.warn(words.reports.renamedMeanwhile(profile.name, saved.profile.name))
  }
  sayLoggedIn(context, ports, saved, flags)
  const lacks = describeMissingScopes(saved.profile, provider, saved.record)
  if (lacks !== undefined) ports.warn(lacks)
  const session = openSession(ports, saved.profile)
  const { outlivesProcess } = ports.stores.traits(saved.profile.store)
  if (outlivesProcess) {
    const mayKeep = pasted === undefined && isToAskAboutKeeping(prepared, answers, flags)
    if (mayKeep && interaction !== undefined) {
      await askToKeep(context, session, saved, answers, flags)
    }
    const replaced = before && (await findReplaced(openSession(ports, before), saved.replaced))
    if (replaced !== undefined && interaction === undefined) {
      tellOfReplaced(replaced, session, saved)
    } else if (replaced !== undefined) await offerToEnd(context, replaced, session, saved, flags)
  }
  closeLogin(context, ports, saved, flags)
}

/** Looks, before a person is asked for anything secret, at what is to keep it. */
async function proveFirst(
  context: Context,
  ports: Ports,
  { profile, set }: Draft,
  flags: LoginFlags,
): Promise<void> {
  const provider = await ports.provider(withSettings(profile, set))
  const [origin = ''] = provider.origins
  announceLogin(context, ports, flags, provider.title, { profile, set }, origin)
  await openSession(ports, profile).proveBeforeQuestions(origin)
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
