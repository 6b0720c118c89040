import type { Json } from '../../core/json.ts'
import { requirePlaceholder, placeholderValue, type TemplateValues } from './placeholder-values.ts'
import { parseTemplate, type BodyTemplate, type Placeholder } from './template.ts'
import { jsonOf, textOf, transforms, type Value } from './transforms.ts'

/**
 * A template as a JSON value: a single placeholder keeps its type. `undefined` when a value is
 * absent. Throws `usage` or `reauth_required` when a required one is.
 */
export function fillValue(template: string, values: TemplateValues): Json | undefined {
  const parts = parseTemplate(template)
  const [only] = parts
  if (parts.length === 1 && only !== undefined && typeof only !== 'string') {
    const value = valueOf(only, values)
    return value === undefined ? undefined : jsonOf(value)
  }
  return fillText(template, values)
}

/** A template as text; each filled-in value goes through `encode`. `undefined` as above. */
export function fillText(
  template: string,
  values: TemplateValues,
  encode: (text: string, placeholder: Placeholder) => string = asItIs,
): string | undefined {
  let filled = ''
  for (const part of parseTemplate(template)) {
    if (typeof part === 'string') {
      filled += part
      continue
    }
    const value = valueOf(part, values)
    if (value === undefined) return undefined
    filled += encode(textOf(value), part)
  }
  return filled
}

/** Every template of a record filled in; absent ones are left out. */
export function fillTexts(
  templates: Readonly<Record<string, string>> | undefined,
  values: TemplateValues,
): ReadonlyArray<readonly [name: string, value: string]> {
  return Object.entries(templates ?? {}).flatMap(([name, template]) => {
    const value = fillText(template, values)
    return value === undefined ? [] : [[name, value] as const]
  })
}

/** As `fillTexts`; a list gives its name several times. */
export function fillParameters(
  templates: Readonly<Record<string, string>> | undefined,
  values: TemplateValues,
): ReadonlyArray<readonly [name: string, value: string]> {
  return Object.entries(templates ?? {}).flatMap(([name, template]) => {
    const value = fillValue(template, values)
    if (value === undefined) return []
    const items = Array.isArray(value) ? value : [value]
    return items.map((item: Json) => [name, textOf(item)] as const)
  })
}

/**
 * A JSON body filled in; keys and items whose value is absent are left out, and so are objects and
 * arrays that become empty by that.
 */
export function fillBody(body: BodyTemplate, values: TemplateValues): Json | undefined {
  if (typeof body === 'string') return fillValue(body, values)
  if (typeof body !== 'object' || body === null) return body
  if (Array.isArray(body)) {
    const items = body.flatMap((item: BodyTemplate) => {
      const value = fillBody(item, values)
      return value === undefined ? [] : [value]
    })
    return items.length === 0 && body.length > 0 ? undefined : items
  }
  const entries = Object.entries(body).flatMap(([key, item]) => {
    const value = fillBody(item, values)
    return value === undefined ? [] : [[key, value] as const]
  })
  if (entries.length === 0 && Object.keys(body).length > 0) return undefined
  return Object.fromEntries(entries)
}

function valueOf(placeholder: Placeholder, values: TemplateValues): Value | undefined {
  const fallback = placeholder.transforms.find(({ name }) => name === 'or')?.argument
  const own =
    fallback === undefined
      ? requirePlaceholder(placeholder.name, values)
      : placeholderValue(placeholder.name, values)
  let value = own ?? fallback
  for (const { name, argument } of placeholder.transforms) {
    if (value === undefined) return undefined
    const transform = name === 'or' ? undefined : transforms.get(name)
    // The fallback for a time is written as the API expects it: 0, -1, never.
    const ofTime = transform?.takes === 'duration' || transform?.takes === 'instant'
    if (own !== undefined || !ofTime) value = transform?.apply(value, argument) ?? value
  }
  return value
}

function asItIs(text: string): string {
  return text
}
