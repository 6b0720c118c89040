import { resolve } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import { howToGive, variablesOf, waysToGive } from '../../core/giving.ts'
import type { Interaction } from '../../core/ports.ts'
import type { Field, Provider } from '../../core/provider.ts'
import { Secret } from '../../core/secret.ts'
import { display, nearest } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { askUntil } from './ask.ts'
import { checkChoice, isPath } from './choices.ts'
import { readAnswer } from './read-answer.ts'

/**
 * Where the answers to a provider's fields come from, the first that has one: the command line, the
 * environment, what was answered before, the field's default, the user.
 */
export interface AnswerSources {
  /** Non-secret values from the command line, by field name. */
  readonly set: Readonly<Record<string, string>>
  /** Secrets that were read for a flag (standard input, a file), by field name. */
  readonly secrets: Readonly<Record<string, Secret>>
  /** The value of `TOKN_<NAME>` or of the file that `TOKN_<NAME>_FILE` names. Throws `usage`. */
  fromEnvironment(name: string): string | undefined
  /** What was answered before, by field name: settings of the profile, kept credentials. */
  readonly kept?: Readonly<Record<string, string | Secret>> | undefined
  /** Absent where nobody can be asked. */
  readonly interaction?: Interaction | undefined
  /** Gets the names of the fields that a person was asked for. */
  readonly asked?: Set<string> | undefined
  /** Throws `usage` for a file, typed as an answer, that cannot be read. */
  checkFile?(path: string): unknown
  /** Whether variables are all that the command takes: it has no flags for answers, and never asks. */
  readonly onlyVariables?: boolean | undefined
}

export interface Answers {
  /** Non-secret answers: they go into the profile. */
  readonly settings: Readonly<Record<string, string>>
  /** Secret answers: they go to the provider and, only if asked for, into the store. */
  readonly secrets: Readonly<Record<string, Secret>>
}

/**
 * An answer for every field. Throws `usage` for a value that is not the field's, and
 * `reauth_required` where one is missing and nobody can be asked.
 */
export async function collectAnswers(
  fields: readonly Field[],
  sources: AnswerSources,
): Promise<Answers> {
  checkNames(fields, sources)
  const settings: Record<string, string> = {}
  const secrets: Record<string, Secret> = {}
  const lacking: Field[] = []
  for (const field of fields) {
    if (field.secret === true && hasOwnFile(field, settings, sources)) continue
    const known = { ...sources, kept: { ...sources.kept, ...settings, ...secrets } }
    const value = await answer(field, known)
    if (value === undefined) {
      if (field.optional !== true) lacking.push(field)
      continue
    }
    if (value instanceof Secret) secrets[field.name] = value
    else if (isPath(field, value)) settings[field.name] = resolve(value)
    else settings[field.name] = checkChoice(field, value)
  }
  if (lacking.length > 0) throw missing(lacking, sources)
  return { settings, secrets }
}

/** The fields that nothing but a question could answer. */
export function lackingFields(fields: readonly Field[], sources: AnswerSources): readonly Field[] {
  return fields.filter(
    ({ name, optional, default: usual }) =>
      optional !== true && !isGiven(name, sources) && usual === undefined,
  )
}

/**
 * Whether a secret has a file of its own: it is read from there, each time that it is needed. One
 * that an earlier login named gives way to a value that is given now.
 */
function hasOwnFile(
  { name }: Field,
  settings: Readonly<Record<string, string>>,
  { set, secrets, fromEnvironment }: AnswerSources,
): boolean {
  const file = `${name}_file`
  if (settings[file] === undefined) return false
  if (set[file] !== undefined || fromEnvironment(file) !== undefined) return true
  return secrets[name] === undefined && fromEnvironment(name) === undefined
}

async function answer(field: Field, sources: AnswerSources): Promise<string | Secret | undefined> {
  if (field.secret === true) {
    const given = sources.secrets[field.name]
    if (given !== undefined) return given
    const value = sources.fromEnvironment(field.name)
    if (value !== undefined) return new Secret(value)
    const before = sources.kept?.[field.name]
    if (before !== undefined) return before instanceof Secret ? before : new Secret(before)
    return (await ask(field, sources)) ?? leftEmpty(field, sources)
  }
  const known =
    sources.set[field.name] ??
    sources.fromEnvironment(field.name) ??
    textOf(sources.kept?.[field.name]) ??
    impliedAnswer(field, sources) ??
    (field.optional === true || field.choices !== undefined ? field.default : undefined)
  if (known !== undefined) return known
  const asked = await ask(field, sources)
  if (asked instanceof Secret) return asked.reveal()
  return asked ?? field.default ?? leftEmpty(field, sources)
}

function impliedAnswer(
  { implied }: Field,
  { set, fromEnvironment }: AnswerSources,
): string | undefined {
  if (implied === undefined) return undefined
  const said = set[implied.by] ?? fromEnvironment(implied.by)
  return said?.includes(implied.part) === true ? implied.answer : undefined
}

function textOf(value: string | Secret | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

async function ask(field: Field, sources: AnswerSources): Promise<string | Secret | undefined> {
  const { interaction, asked, checkFile = () => undefined } = sources
  if (interaction === undefined || !isAskedFor(field, sources)) return undefined
  // What was left empty is not asked for again.
  if (asked?.has(field.name) === true && field.optional === true) return undefined
  asked?.add(field.name)
  const secret = field.secret === true
  const label = field.optional === true ? words.login.mayBeEmpty(field.label) : field.label
  const options = {
    secret,
    ...(field.default === undefined ? {} : { placeholder: field.default }),
  }
  const text = await askUntil(interaction, label, options, (typed) =>
    readAnswer(field, typed, interaction.tell, checkFile),
  )
  if (text === '') return undefined
  return secret ? new Secret(text) : text
}

/** Secrets, instead of those that a provider has refused; one that needs none may be left empty. */
export async function askForRefused(
  fields: readonly Field[],
  interaction: Interaction,
): Promise<Readonly<Record<string, Secret>>> {
  const secrets: Record<string, Secret> = {}
  for (const field of fields) {
    const asked = { ...field, askUnless: [] }
    const sources = { set: {}, secrets: {}, fromEnvironment: () => undefined, interaction }
    const value = await ask(asked, sources)
    if (value instanceof Secret) secrets[field.name] = value
  }
  return secrets
}

/** Whether a person is asked: for what is needed, and for what the login mostly needs. */
function isAskedFor({ optional, askUnless }: Field, sources: AnswerSources): boolean {
  if (optional !== true) return true
  return askUnless !== undefined && !askUnless.some((name) => isGiven(name, sources))
}

function isGiven(name: string, { set, secrets, kept, fromEnvironment }: AnswerSources): boolean {
  return (
    set[name] !== undefined ||
    secrets[name] !== undefined ||
    kept?.[name] !== undefined ||
    fromEnvironment(name) !== undefined
  )
}

function leftEmpty({ optional, label }: Field, { interaction }: AnswerSources): undefined {
  if (optional === true || interaction === undefined) return undefined
  throw new ToknError('usage', words.login.leftEmpty(label))
}

/** All of them at once: a job that is started anew for each would be started often. */
function missing(fields: readonly Field[], sources: AnswerSources): ToknError {
  const [first, second] = fields
  const labels = fields.map(({ label }) => label)
  const asks = sources.onlyVariables !== true
  const said =
    asks && first !== undefined && second === undefined
      ? words.login.missingValue(first.label, howToGive(first))
      : words.login.missingValues(labels, waysOf(fields, sources), asks)
  return new ToknError('reauth_required', said)
}

/** How each of `fields` can be given, to follow a hint line by line. */
export function waysOf(
  fields: readonly Field[],
  { onlyVariables }: Pick<AnswerSources, 'onlyVariables'>,
): readonly string[] {
  return fields.map(onlyVariables === true ? variablesOf : waysToGive)
}

function checkNames(fields: readonly Field[], sources: AnswerSources): void {
  const names = fields.map((field) => field.name)
  for (const name of [...Object.keys(sources.set), ...Object.keys(sources.secrets)]) {
    const field = fields.find((one) => one.name === name)
    if (field === undefined) {
      const near = nearest(name, names)
      throw new ToknError('usage', words.login.unknownField(display(name, 60), names, near))
    }
    if (field.secret === true && name in sources.set) {
      throw new ToknError('usage', words.login.secretOnCommandLine(name, howToGive(field)))
    }
  }
}

/**
 * Throws `usage` for an answer with which the login would make a token that the API refuses: before
 * it is sent, for a login may cost.
 */
export function checkLoginAnswers(
  provider: Pick<Provider, 'title' | 'fields'>,
  answers: Readonly<Record<string, string | Secret>>,
): void {
  for (const { name, loginChoices } of provider.fields) {
    const value = answers[name]
    if (loginChoices === undefined || typeof value !== 'string') continue
    if (loginChoices.includes(value)) continue
    const given = display(value, 60)
    const said = words.login.notLoginChoice(provider.title, name, given, loginChoices)
    throw new ToknError('usage', said, { sent: false })
  }
}
