import { randomUUID } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import { howToGive } from '../../core/giving.ts'
import type { Field, Reach } from '../../core/provider.ts'
import { Secret } from '../../core/secret.ts'
import type { Grant } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { splitName, type PlaceholderName } from './template.ts'
import { Time, type Value } from './transforms.ts'

/** The values for the placeholders of one operation. */
export interface TemplateValues {
  readonly fields: readonly Field[]
  readonly answers: Reach['answers']
  readonly context: Readonly<Record<string, string>>
  readonly baseUrl: string
  /** Epoch milliseconds. */
  readonly now: number
  readonly grant?: Grant | undefined
  /** What a new token is called where the user names none. */
  readonly label?: string | undefined
  readonly access?: Pick<Secret, 'reveal'> | undefined
  readonly refresh?: Secret | undefined
  /** The held token's own id. */
  readonly id?: string | undefined
  /** The id of the token that an operation is about. */
  readonly target?: string | undefined
}

/** The values of a request: with the real access token. */
export interface RequestValues extends TemplateValues {
  readonly access?: Secret | undefined
}

/** The value of each placeholder that is not `fields.` or `context.`. */
const placeholders = {
  access: (values) => values.access?.reveal(),
  refresh: (values) => values.refresh?.reveal(),
  id: (values) => values.id,
  target: (values) => values.target,
  name: (values) => values.grant?.name,
  label: (values) => values.grant?.name ?? values.label,
  audience: (values) => values.grant?.audience,
  scopes: (values) => some(values.grant?.scopes),
  lifetime: (values) => time('duration', values.grant?.lifetime),
  expires: ({ grant, now }) =>
    time(
      'instant',
      grant?.until ?? (grant?.lifetime === undefined ? undefined : now + grant.lifetime),
    ),
  baseUrl: (values) => values.baseUrl,
  now: (values) => new Time('instant', values.now),
  uuid: () => randomUUID(),
} satisfies Record<PlaceholderName, (values: TemplateValues) => Value | undefined>

/** The value of the placeholder `name`; `undefined` when it is absent or not a placeholder. */
export function placeholderValue(name: string, values: TemplateValues): Value | undefined {
  const [root = '', key = ''] = splitName(name)
  if (root === 'context')
    return Object.hasOwn(values.context, key) ? values.context[key] : undefined
  if (root === 'fields') return fieldValue(key, values)
  return Object.hasOwn(placeholders, root)
    ? placeholders[root as keyof typeof placeholders](values)
    : undefined
}

/** As `placeholderValue`; throws `usage` or `reauth_required` where a required value is absent. */
export function requirePlaceholder(name: string, values: TemplateValues): Value | undefined {
  const value = placeholderValue(name, values)
  if (value !== undefined) return value
  const [root, key = ''] = splitName(name)
  if (root === 'fields' && fieldOf(key, values)?.optional !== true) {
    const said = words.requests.fieldNeeded(key, howToGiveField(key, values))
    throw new ToknError('usage', said, { sent: false })
  }
  if (root === 'refresh') {
    throw new ToknError('reauth_required', words.requests.noRefreshToken(), {
      refusal: 'refresh-rejected',
      sent: false,
    })
  }
  if (root === 'access')
    throw new ToknError('reauth_required', words.requests.noToken(), { sent: false })
  if (root === 'target') throw new ToknError('usage', words.requests.targetNeeded())
  return undefined
}

/** How the value of a field can be given. */
export function howToGiveField(name: string, values: TemplateValues): string {
  return howToGive(fieldOf(name, values) ?? { name })
}

function fieldOf(name: string, values: TemplateValues): Field | undefined {
  return values.fields.find((field) => field.name === name)
}

function fieldValue(name: string, values: TemplateValues): string | undefined {
  const answer = Object.hasOwn(values.answers, name) ? values.answers[name] : undefined
  const text = answer instanceof Secret ? answer.reveal() : answer
  const field = fieldOf(name, values)
  const value = text === undefined || text === '' ? field?.default : text
  if (value !== undefined && field?.choices !== undefined && !field.choices.includes(value)) {
    throw new ToknError('usage', words.requests.fieldNotAChoice(name, field.choices))
  }
  return value
}

function some(list: readonly string[] | undefined): readonly string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list
}

function time(kind: Time['kind'], milliseconds: number | undefined): Time | undefined {
  return milliseconds === undefined ? undefined : new Time(kind, milliseconds)
}
