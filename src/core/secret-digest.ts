import { createHash } from 'node:crypto'
import type { Secret } from './secret.ts'

/** A salted digest (SHA-256) of the secret called `name`, by which it is known again and not found. */
export function digestOf(salt: string, name: string, secret: Secret): string {
  const text = `${salt}\n${name}\n${secret.reveal()}`
  return `${salt}.${createHash('sha256').update(text).digest('base64url')}`
}

/** Whether `known` is what `digestOf` gave for that secret. */
export function isDigestOf(known: string, name: string, secret: Secret): boolean {
  return digestOf(known.split('.')[0] ?? '', name, secret) === known
}
