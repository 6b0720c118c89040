/** The parts of `{name|transform:argument}`. */
export interface Placeholder {
  /** `access`, `fields.email`, `context.userId`, ... */
  readonly name: string
  readonly transforms: ReadonlyArray<{ readonly name: string; readonly argument?: string }>
}

export type TemplatePart = string | Placeholder

/** Something in braces that is not a placeholder, or a brace alone. */
export interface Stray {
  readonly text: string
  readonly isBrace: boolean
}

/** A JSON value whose strings are templates. */
export type BodyTemplate =
  | string
  | number
  | boolean
  | null
  | readonly BodyTemplate[]
  | { readonly [key: string]: BodyTemplate }

const token = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g
const placeholderName = /^[a-z][A-Za-z]*(\.[A-Za-z0-9_-]+)?$/

/**
 * Literal texts and placeholders, in order. A stray brace or a misspelt placeholder stays a literal,
 * and is given to `complain`.
 */
export function parseTemplate(
  template: string,
  complain: (stray: Stray) => void = ignore,
): readonly TemplatePart[] {
  const parts: TemplatePart[] = []
  let literal = ''
  let end = 0
  for (const match of template.matchAll(token)) {
    literal += template.slice(end, match.index)
    end = match.index + match[0].length
    const inside = match[1]
    const placeholder = inside === undefined ? undefined : parsePlaceholder(inside)
    if (placeholder !== undefined) {
      if (literal !== '') parts.push(literal)
      parts.push(placeholder)
      literal = ''
    } else if (match[0] === '{{' || match[0] === '}}') {
      literal += match[0].charAt(0)
    } else {
      complain({ text: match[0], isBrace: inside === undefined })
      literal += match[0]
    }
  }
  literal += template.slice(end)
  if (literal !== '') parts.push(literal)
  return parts
}

/** The placeholders of a template. */
export function placeholdersOf(template: string): readonly Placeholder[] {
  return parseTemplate(template).filter((part) => typeof part !== 'string')
}

function parsePlaceholder(inside: string): Placeholder | undefined {
  const [name = '', ...rest] = inside.split('|')
  if (!placeholderName.test(name)) return undefined
  const transforms = rest.map((text) => {
    const colon = text.indexOf(':')
    return colon < 0
      ? { name: text }
      : { name: text.slice(0, colon), argument: text.slice(colon + 1) }
  })
  return { name, transforms }
}

function ignore(): void {}

/** The placeholders that are not `fields.` or `context.`. */
export const placeholderNames = [
  'access',
  'refresh',
  'id',
  'target',
  'name',
  'label',
  'audience',
  'scopes',
  'lifetime',
  'expires',
  'baseUrl',
  'now',
  'uuid',
] as const

export type PlaceholderName = (typeof placeholderNames)[number]

/** `context.userId` as `['context', 'userId']`; the key may hold further dots. */
export function splitName(name: string): readonly string[] {
  const dot = name.indexOf('.')
  return dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)]
}
