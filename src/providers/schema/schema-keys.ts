import { z } from 'zod'

/** The keys that an object at `path` may have, by the schema; none where it may have any. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const keys = path
    .reduce<readonly z.core.$ZodType[]>(
      (schemas, key) => schemas.flatMap((one) => stepInto(one, String(key))),
      open(schema),
    )
    .flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : []))
  return [...new Set(keys)]
}

function stepInto(schema: z.core.$ZodType, key: string): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) {
    const inner: unknown = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined
    return inner instanceof z.ZodType ? open(inner) : []
  }
  if (schema instanceof z.ZodArray) return /^[0-9]+$/.test(key) ? open(schema.element) : []
  return schema instanceof z.ZodRecord ? open(schema.valueType) : []
}

/** What is within optional values, unions and lazy schemas. */
function open(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return open(schema.unwrap())
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(open)
  // A body may be nested to any depth; none of its keys is ours.
  if (schema instanceof z.ZodLazy) return []
  return [schema]
}
