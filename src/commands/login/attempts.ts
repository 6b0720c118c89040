import { isToknError, type ToknError } from '../../core/errors.ts'
import type { Interaction } from '../../core/ports.ts'
import type { Field } from '../../core/provider.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { refuseSpent } from '../../session/budget.ts'
import { askForRefused } from '../../session/login/answers.ts'
import { mostTries } from '../../session/login/ask.ts'
import type { Opened } from '../../session/login/open-provider.ts'
import type { SavedSession } from '../../session/save-session.ts'
import type { Session } from '../../session/session.ts'

/** A login that may be tried again with other secrets. */
export interface Attempt {
  readonly session: Session
  readonly opened: Opened
  /** Absent where nobody can be asked. */
  readonly interaction: Interaction | undefined
  readonly force: boolean
  /** Throws what the login throws. */
  logIn(answers: Opened['answers']): Promise<SavedSession>
}

/** A login made, with the answers that were right. */
export interface Made {
  readonly saved: SavedSession
  readonly answers: Opened['answers']
}

/**
 * Logs in; where the provider refuses for good what a person was asked for, the secrets are asked for
 * again, three times in all, and all other answers stay. Throws what the last login throws.
 */
export async function logInUntilRight(attempt: Attempt): Promise<Made> {
  let { answers } = attempt.opened
  for (let tries = 1; ; tries++) {
    try {
      return { saved: await attempt.logIn(answers), answers }
    } catch (error) {
      const again = tries < mostTries ? await secretsAgain(attempt, answers, error) : undefined
      if (again === undefined) throw error
      answers = again
    }
  }
}

/** The answers with other secrets; `undefined` where asking for them is of no use. */
async function secretsAgain(
  { session, opened, interaction, force }: Attempt,
  answers: Opened['answers'],
  error: unknown,
): Promise<Opened['answers'] | undefined> {
  const { provider, asked } = opened
  if (interaction === undefined || !isWrongSecret(error)) return undefined
  const fields = provider.fields.filter((field) => isToBeAsked(field, asked, answers))
  if (fields.length === 0) return undefined
  const counted = await whyNoMore(session, opened, force)
  if (typeof counted === 'string') {
    interaction.tell(counted)
    return undefined
  }
  interaction.tell(words.terminal.again(error.message))
  if (counted) interaction.tell(words.loginFlags.spendsAnother(provider.title))
  const kept = keptAnswers(provider.fields, answers.settings, asked)
  if (kept !== '') interaction.tell(words.loginFlags.keptAnswers(kept))
  const secrets = { ...answers.secrets, ...(await askForRefused(fields, interaction)) }
  return { ...answers, secrets }
}

/** Kinds of refusals of a login that are about what it was made with, and final for that. */
const ofSecrets: ReadonlySet<string> = new Set(['credentials', 'invalid'])

function isWrongSecret(error: unknown): error is ToknError {
  return isToknError(error, 'reauth_required') && ofSecrets.has(error.details.refusal ?? '')
}

function isToBeAsked(
  { name, secret, askWhenRefused }: Field,
  asked: ReadonlySet<string>,
  { secrets }: Opened['answers'],
): boolean {
  if (secret !== true) return false
  return asked.has(name) || (askWhenRefused === true && secrets[name] === undefined)
}

/** Why no more logins may be made, in words; else whether the provider counts them. */
async function whyNoMore(
  session: Session,
  { provider }: Opened,
  force: boolean,
): Promise<string | boolean> {
  try {
    return await refuseSpent(session, provider, undefined, 'logins', force)
  } catch (error) {
    if (!isToknError(error, 'quota')) throw error
    return words.loginFlags.notAgain(error.message)
  }
}

/** The answers of a person that are not secret, as they were given. */
function keptAnswers(
  fields: readonly Field[],
  settings: Opened['answers']['settings'],
  asked: ReadonlySet<string>,
): string {
  return fields
    .filter(
      ({ name, secret }) => secret !== true && asked.has(name) && settings[name] !== undefined,
    )
    .map(({ name, label }) => `${label} ${display(settings[name] ?? '', 80)}`)
    .join(', ')
}
