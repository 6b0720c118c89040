/** Secrets made in this process, so that a last filter on the way out can recognise them. */
const known = new Set<string>()

/**
 * A value that no message, log line or JSON document can contain by accident: every implicit way
 * to text gives `[secret]`. Only `reveal()` gives the value; its call sites are few.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
    if (value.length >= 4) known.add(value)
  }

  /** The value itself, for a request, a store, or the answer that the user asked for. */
  reveal(): string {
    return this.#value
  }

  equals(other: Secret | undefined): boolean {
    return other !== undefined && other.#value === this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}

/**
 * `text` with every secret of this process replaced, in each form it may have taken on the way:
 * raw, percent-encoded, base64 and JSON-escaped. A second net; the first is the type above.
 */
export function redact(text: string): string {
  let clean = text
  for (const secret of [...known].sort((a, b) => b.length - a.length)) {
    for (const form of formsOf(secret)) clean = clean.replaceAll(form, '[secret]')
  }
  return clean
}

function formsOf(secret: string): ReadonlySet<string> {
  const base64 = Buffer.from(secret).toString('base64')
  return new Set([
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ])
}
