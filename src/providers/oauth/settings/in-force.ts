import { readDuration } from '../../../core/duration.ts'
import { ToknError } from '../../../core/errors.ts'
import { choiceOf, listChoices } from '../../../core/field-choices.ts'
import type { Field, Reach } from '../../../core/provider.ts'
import { Secret } from '../../../core/secret.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import { presetFor, type Preset } from '../presets.ts'
import { settingFields } from './fields.ts'
import { mergeQueries, readMoreParameters } from './more-parameters.ts'

/** The settings of the profile, by the names of `settingFields`. */
export type Settings = Readonly<Record<string, string | undefined>>

/** The settings in force: the preset's, then the profile's, then this login's answers. */
export function settingsInForce(
  preset: Preset | undefined,
  profile: Settings,
  answers: Reach['answers'],
): Settings {
  const said = Object.entries({ ...profile, ...answers }).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  )
  const own = Object.fromEntries(said)
  const known: Settings = { ...preset?.defaults, ...own }
  for (const field of preset?.fields ?? []) {
    const value = known[field.name]
    if (value !== undefined) checkChoice(field, value)
  }
  const filled = Object.entries(presetFor(preset, known)?.settings ?? {}).flatMap(
    ([name, template]) => {
      const value = fill(template, known)
      return value === undefined ? [] : [[name, value] as const]
    },
  )
  const settings = withChoices({ ...Object.fromEntries(filled), ...own, ...merged(preset, own) })
  readMoreParameters(settings['token_parameters'], 'token_parameters')
  lifetimeOf(settings)
  return settings
}

/** Throws `usage` for what is no time to wait for a person. */
export function checkLoginTimeout({ login_timeout: time }: Settings): void {
  if (time === undefined || readDuration(time) !== undefined) return
  const said = words.oauthParameters.notALifetime('login_timeout', display(time, 40))
  throw new ToknError('usage', said)
}

/** The settings with the choice in the place of each other name of it. Throws `usage`. */
export function withChoices(settings: Settings): Settings {
  const chosen = settingFields.flatMap((field) => {
    const value = settings[field.name]
    return value === undefined ? [] : [[field.name, checkChoice(field, value)] as const]
  })
  return { ...settings, ...Object.fromEntries(chosen) }
}

/** A parameter more takes none of the preset's away. */
function merged(preset: Preset | undefined, own: Settings): Settings {
  return Object.fromEntries(
    ['authorization_parameters', 'token_parameters'].flatMap((name) => {
      const [usual, further] = [preset?.settings[name], own[name]]
      const both = usual !== undefined && further !== undefined
      return both ? [[name, mergeQueries(usual, further)] as const] : []
    }),
  )
}

/** How long an access token lives by the settings, in milliseconds. Throws `usage`. */
export function lifetimeOf(settings: Settings): number | undefined {
  const text = settings['token_lifetime']
  if (text === undefined) return undefined
  const lifetime = readDuration(text)
  if (lifetime !== undefined) return lifetime
  const said = words.oauthParameters.notALifetime('token_lifetime', display(text, 40))
  throw new ToknError('usage', said)
}

/** `undefined` while the answer to a placeholder is not known. */
function fill(template: string, answers: Settings): string | undefined {
  const names = [...template.matchAll(/\{([a-z]+)\}/g)].map((match) => match[1] ?? '')
  if (names.some((name) => answers[name] === undefined)) return undefined
  return names.reduce((text, name) => text.replace(`{${name}}`, answers[name] ?? ''), template)
}

function checkChoice(field: Field, value: string): string {
  const choice = choiceOf(field, value)
  if (choice !== undefined) return choice
  const said = words.oauth.wrongValue(display(value, 60), field.name, listChoices(field))
  throw new ToknError('usage', said)
}

/** A secret answer of this login, or one that an earlier login left with the session. */
export function secretOf(
  answers: Reach['answers'],
  name: string,
  context: Readonly<Record<string, string>> = {},
): Secret | undefined {
  const value = answers[name] ?? context[name]
  if (value === undefined || value === '') return undefined
  return typeof value === 'string' ? new Secret(value) : value
}

/**
 * What of `secret` is kept with a refresh token, which is useless without it: what the client proves
 * itself with there, and nothing that only the login took.
 */
export function keptProofs(
  settings: Settings,
  secret: (name: string) => Secret | undefined,
): Readonly<Record<string, string>> {
  const names = [...proofsOf(settings), 'secret_token_parameters']
  return Object.fromEntries(
    names.flatMap((name) => {
      const proof = secret(name)
      return proof === undefined ? [] : [[name, proof.reveal()]]
    }),
  )
}

function proofsOf({ client_auth: method, private_key_file: file }: Settings): readonly string[] {
  // A key in a file is read from there each time.
  const key = file === undefined ? ['private_key'] : []
  switch (method) {
    case undefined:
      return ['client_secret', ...key]
    case 'private_key_jwt':
      return key
    case 'none':
    case 'tls_client_auth':
      return []
    default:
      return ['client_secret']
  }
}

/** The words of a setting that is a list. */
export function splitList(value: string | undefined): readonly string[] {
  return (value ?? '').split(/[\s,]+/).filter((word) => word !== '')
}
