import { isFailure, isToknError, ToknError } from '../../core/errors.ts'
import type { SessionRecord } from '../../core/record.ts'
import { quoteWord } from '../../core/quoting.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { Answers } from '../../session/login/answers.ts'
import type { Opened } from '../../session/login/open-provider.ts'
import { endReplaced, isOther, type Replaced } from '../../session/revoke/end-replaced.ts'
import type { SavedSession } from '../../session/save-session.ts'
import type { Session } from '../../session/session.ts'
import type { Context } from '../context.ts'
import { withoutYes, type LoginFlags } from '../flags/login.ts'

/** Whether the secrets of a login may be kept, and nobody has said whether they are to be. */
export function isToAskAboutKeeping(
  { provider }: Pick<Opened, 'provider'>,
  { secrets }: Answers,
  flags: LoginFlags,
): boolean {
  if (flags.remember !== undefined || Object.keys(secrets).length === 0) return false
  return provider.fields.some(
    ({ name, secret, optional, askUnless }) =>
      secret === true && name in secrets && (optional !== true || askUnless !== undefined),
  )
}

/**
 * Asks whether the secrets that proved right are to be kept too, and keeps them after a yes. The
 * session is stored already, whatever becomes of the question. Throws `interrupted`, `store`, `busy`.
 */
export async function askToKeep(
  context: Context,
  session: Session,
  { record }: SavedSession,
  { secrets }: Answers,
  flags: LoginFlags,
): Promise<void> {
  // What is kept is asked for by itself: an answer given beforehand means the other questions.
  const { keepCredentials, keepFlags, keptWithout } = words.loginFlags
  try {
    if ((await context.confirm(withoutYes(flags), keepCredentials(), keepFlags())) !== true) return
    if (await session.keepCredentials(record, secrets)) return
    session.ports.warn(words.loginFlags.notKept())
  } catch (error) {
    if (!isToknError(error)) throw error
    throw new ToknError(error.code, keptWithout(error.message, session.name), error.details)
  }
}

/**
 * Offers to end what the login has replaced, after the new session is stored: a no, or no answer,
 * leaves it alive. What the provider does not do is told, and no failure of the login. Returns whether
 * it was asked to end it.
 */
export async function offerToEnd(
  context: Context,
  replaced: Replaced,
  session: Session,
  { record }: SavedSession,
  flags: LoginFlags,
): Promise<boolean> {
  if (!isOther(replaced, record)) return false
  const { title } = replaced.provider
  const question = words.loginFlags.askToEndReplaced(title, untilWhen(replaced, session))
  try {
    if ((await context.confirm(withoutYes(flags), question)) !== true) return false
  } catch (error) {
    if (!isToknError(error, 'interrupted')) throw error
    const message = words.loginFlags.replacedUnanswered(error.message, session.name, title)
    const hint = howToEnd(replaced, session, record)
    throw new ToknError(error.code, message, { ...error.details, hint })
  }
  try {
    const { nextEnded, ...end } = await endReplaced(replaced, session)
    context.terminal.say(words.loginFlags.replacedEnded(end))
    if (nextEnded) session.ports.warn(words.loginFlags.nextEnded(session.name))
  } catch (error) {
    if (!isFailure(error)) throw error
    session.ports.warn(words.loginFlags.replacedStays(error.message))
  }
  return true
}

/** Tells, where nobody can be asked, of what the login has left alive and how it can be ended. */
export function tellOfReplaced(
  replaced: Replaced,
  session: Session,
  { record }: SavedSession,
): void {
  if (!isOther(replaced, record)) return
  const command = howToEnd(replaced, session, record)
  if (command === undefined) return
  const until = untilWhen(replaced, session)
  session.ports.warn(words.loginFlags.replacedAlive(replaced.provider.title, until, command))
}

function untilWhen({ record }: Replaced, { ports }: Session): string | undefined {
  const { expiry } = record
  return expiry.state === 'at' ? words.times.expires(expiry, ports.clock.now()) : undefined
}

/** The command by which the session of `next` ends what it replaced, if there is one. */
function howToEnd(
  { provider, record }: Replaced,
  { name }: Session,
  next: SessionRecord,
): string | undefined {
  const { id } = record
  if (id === undefined || provider.revoke === undefined) return undefined
  const isThere = next.provider === record.provider && next.origins[0] === record.origins[0]
  if (!isThere) return undefined
  const [word, profile] = [quoteWord(display(id, 256)), quoteWord(name)]
  return id.startsWith('-')
    ? `tokn revoke -P ${profile} -- ${word}`
    : `tokn revoke ${word} -P ${profile}`
}
