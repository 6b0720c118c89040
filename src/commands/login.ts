import { openSession } from '../session/session.ts'
import type { Command } from 'commander'
import { isToknError, ToknError } from '../core/errors.ts'
import type { Interaction } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import { display } from '../core/text.ts'
import type { Grant } from '../core/token.ts'
import type { LoginRequest } from '../session/login/login.ts'
import type { GivenRefresh, Pasted } from '../session/login/pasted.ts'
import type { Show } from '../session/login/show.ts'
import { withSettings, type Opened } from '../session/login/open-provider.ts'
import type { Ports } from '../session/ports.ts'
import { findReplaced, leaveReplaced } from '../session/revoke/end-replaced.ts'
import { describeMissingScopes } from '../session/scopes.ts'
import { refuseSpent } from '../session/budget.ts'
import { checkLoginAnswers } from '../session/login/answers.ts'
import { checkFields } from './output/json.ts'
import type { Context } from './context.ts'
import { complete } from './flags/declare.ts'
import { sayWould } from './output/dry-run.ts'
import { withScopes } from './flags/grant-variables.ts'
import { readGrant } from './flags/grant.ts'
import { askToKeep, isToAskAboutKeeping, offerToEnd, tellOfReplaced } from './login/afterwards.ts'
import { announceLogin } from './login/announce.ts'
import { announcerFor } from './login/announcer.ts'
import { answerFields } from './login/answers.ts'
import { logInUntilRight, type Made } from './login/attempts.ts'
import { draftProfile, type Draft } from './login/draft.ts'
import { refuseMixedServers } from './login/mixed-servers.ts'
import { readPasted, withoutEnd } from './login/pasted.ts'
import { agreeToReplace } from './login/replace.ts'
import { beginsAtResource, startingResource } from './login/resource.ts'
import type { completeDraft } from './login/complete-draft.ts'
import { closeLogin, sayLoggedIn } from './login/report.ts'
import { typedAgain, withTypedHint } from './login/typed-again.ts'
import { refuseContrary, refuseIgnored } from './login/unread.ts'
import { loginFlags, withoutResource, type LoginFlags } from './flags/login.ts'
import { words } from '../messages/words.ts'

export function loginCommand(program: Command, context: Context, run = runLogin): void {
  complete(program, 'login', {
    flags: loginFlags,
    examples: [
      'tokn login web --provider hosterby',
      'tokn login iot -p rightech --expires-in "90 days"',
      'tokn login vis -p mcs --with-token < service-token',
      'tokn login work --issuer https://sso.example.com --client-id tokn',
    ],
  }).action((profile: string | undefined, flags: LoginFlags) => run(context, profile, flags))
}

export async function runLogin(
  context: Context,
  positional: string | undefined,
  typed: LoginFlags,
): Promise<void> {
  await checkFields(typed, typed.dryRun === true ? 'tokn.dry-run/v1' : 'tokn.login/v1')
  const ports = context.ports(typed)
  const interaction = await context.interaction(typed, typed)
  const first = await draftProfile(context, ports, positional, typed, interaction)
  refuseContrary(context, first, typed)
  const isDry = typed.dryRun === true
  const resource = beginsAtResource(first) ? startingResource(context, typed) : undefined
  if (isDry && resource !== undefined) return sayStart(context, first, resource, typed)
  const show = typed.show === true ? await openShown(context) : undefined
  const draft =
    resource === undefined
      ? first
      : await locate(context, ports, first, resource, typed, { interaction, show })
  // What the token is for, the resource has said itself.
  const flags = resource === undefined ? typed : withoutResource(typed)
  if (!isDry) await agreeToReplace(context, ports, draft, flags)
  if (!isDry && interaction !== undefined) await proveFirst(context, ports, draft, flags)
  const pasted = await readPasted(context, ports, draft, flags, interaction)
  const prepared = await prepareLogin(context, ports, draft, flags, interaction, pasted)
  if (isDry) return await sayPlan(context, ports, prepared, flags)
  const announcer = interaction ?? (await announcerFor(context, flags))
  const made = await logIn(context, ports, prepared, { announcer, show }, flags).catch(
    (error: unknown) => {
      throw withTypedHint(context, draft, error)
    },
  )
  await finishLogin(context, ports, prepared, made, draft.before, flags)
}

async function openShown({ terminal }: Context): Promise<Show> {
  return (await import('../session/login/show.ts')).openShow(terminal.say)
}

async function locate(...given: Parameters<typeof completeDraft>): Promise<Draft> {
  return await (await import('./login/complete-draft.ts')).completeDraft(...given)
}

/** Everything that a login needs, checked; nothing has been sent yet. */
interface PreparedLogin extends Opened {
  readonly grant: Grant
  readonly pasted: Pasted | GivenRefresh | undefined
  readonly interaction: Interaction | undefined
}

async function prepareLogin(
  context: Context,
  ports: Ports,
  draft: Draft,
  flags: LoginFlags,
  interaction: Interaction | undefined,
  pasted: Pasted | GivenRefresh | undefined,
): Promise<PreparedLogin> {
  const opened = await answerFields(context, ports, draft, flags, interaction, pasted)
  const { provider, answers } = opened
  refuseIgnored(provider, draft, flags)
  refuseMixedServers(context, provider, draft.set)
  const asked = pasted === undefined ? withScopes(context, provider, flags) : withoutEnd(flags)
  const grant = readGrant(asked, ports.clock.now())
  provider.checkGrant(grant)
  if (pasted === undefined) checkLoginAnswers(provider, answers.settings)
  return { ...opened, grant, pasted, interaction }
}

/** Nothing is sent for a plan: where the login goes would be known only then. */
function sayStart(context: Context, { profile }: Draft, resource: string, flags: LoginFlags): void {
  const would = words.oauthResource.startsAt(display(resource, 200))
  sayWould(context, flags, [{ subject: profile.name, would }])
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
  told: Pick<LoginRequest, 'announcer' | 'show'>,
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
    logIn: async (answers, askAgain) => {
      const way = { interaction, askAgain, ...told }
      const request = { provider, answers, grant, remember, pasted, force, ...way }
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
    if (before !== undefined) {
      const former = openSession(ports, before)
      const replaced = await findReplaced(former, saved.replaced)
      const asked =
        replaced !== undefined &&
        interaction !== undefined &&
        (await offerToEnd(context, replaced, session, saved, flags))
      if (replaced !== undefined && interaction === undefined) {
        tellOfReplaced(replaced, session, saved)
      }
      if (!asked) await leaveReplaced(former, saved.replaced, saved.record)
    }
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
function sendToTerminal(context: Context, error: unknown): unknown {
  if (!isToknError(error) || error.details.fault !== 'no-terminal') return error
  const message = `${error.message}: ${error.hint ?? words.loginFlags.runInTerminal()}`
  return new ToknError(error.code, message, {
    ...error.details,
    hint: typedAgain(context),
  })
}
