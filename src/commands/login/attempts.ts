import { isToknError, type ToknError } from '../../core/errors.ts'
import type { Interaction } from '../../core/ports.ts'
import type { Field, Reach } from '../../core/provider.ts'
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
  /** Throws what the login throws. `askAgain` is for one that can go on with another secret. */
  logIn(answers: Opened['answers'], askAgain: AskAgain): Promise<SavedSession>
}

type AskAgain = NonNullable<Reach['askAgain']>

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
  const asked = new Set(attempt.opened.asked)
  for (let tries = 1; ; tries++) {
    let meanwhile: 'answered' | 'unanswered' | undefined
    const askAgain: AskAgain = async (name, refused) => {
      for (; tries < mostTries; tries++) {
        const before = answers.secrets[name]
        const again = await secretsAgain(attempt, { answers, asked }, refused, name)
        if (again === undefined) return undefined
        const secret = again.secrets[name]
        meanwhile = secret === before ? 'unanswered' : 'answered'
        if (meanwhile === 'unanswered') continue
        // Nothing was tried with what was not there.
        if (before !== undefined) tries += 1
        answers = again
        return secret
      }
      return undefined
    }
    try {
      return { saved: await attempt.logIn(answers, askAgain), answers }
    } catch (error) {
      if (tries >= mostTries || meanwhile === 'unanswered') throw error
      // The login could not go on with what was answered, and has to be begun anew.
      if (meanwhile === 'answered' && isWrongSecret(error)) {
        attempt.interaction?.tell(words.terminal.again(error.message))
        continue
      }
      const again = await secretsAgain(attempt, { answers, asked }, error)
      if (again === undefined) throw error
      answers = again
    }
  }
}

/** The answers with other secrets; `undefined` where asking for them is of no use. */
async function secretsAgain(
  { session, opened, interaction, force }: Attempt,
  { answers, asked }: { readonly answers: Opened['answers']; readonly asked: Set<string> },
  error: unknown,
  only?: string,
): Promise<Opened['answers'] | undefined> {
  const { provider } = opened
  if (interaction === undefined || !isWrongSecret(error)) return undefined
  const fields = provider.fields.filter(
    (field) => (only ?? field.name) === field.name && isToBeAsked(field, asked, answers, only),
  )
  if (fields.length === 0) return undefined
  const counted = await whyNoMore(session, opened, force)
  if (typeof counted === 'string') {
    interaction.tell(counted)
    return undefined
  }
  const isNew = fields.every(({ name }) => answers.secrets[name] === undefined)
  interaction.tell(
    isNew ? words.terminal.because(error.message) : words.terminal.again(error.message),
  )
  if (counted) interaction.tell(words.loginFlags.spendsAnother(provider.title))
  const kept = keptAnswers(provider.fields, answers.settings, asked)
  if (kept !== '') interaction.tell(words.loginFlags.keptAnswers(kept))
  for (const { name } of fields) asked.add(name)
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
  only: string | undefined,
): boolean {
  if (secret !== true) return false
  // A login that ends without asking for it was refused for something else: a code, a password.
  const wanted = askWhenRefused === true && only === name
  return asked.has(name) || (wanted && secrets[name] === undefined)
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
