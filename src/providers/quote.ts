import { redact, Secret } from '../core/secret.ts'
import { display } from '../core/text.ts'
import type { Places } from './definition.ts'
import { find, type Sight } from './place.ts'
import { plainText } from './text-values.ts'

const shortestPart = 6

/**
 * What a provider says at `places`, as one harmless line without any secret of this operation. APIs
 * echo tokens, and shorten them: a part of a secret is left out as well. `undefined` when it says
 * nothing there.
 */
export function quote(places: Places | undefined, sight: Sight, limit: number): string | undefined {
  const value = find(places, sight)
  return quoteText(typeof value === 'string' ? value : plainText(value), sight, limit)
}

/** As `quote`, of a text. */
export function quoteText(
  said: string | undefined,
  sight: Sight,
  limit: number,
): string | undefined {
  const text = said?.trim() ?? ''
  if (text === '') return undefined
  // Secrets first: making text harmless could hide one from the filter.
  return display(redact(withoutParts(text.slice(0, 4_096), secretsOf(sight))), limit)
}

function secretsOf({ known }: Sight): readonly string[] {
  const answers = Object.values(known.answers).filter((answer) => answer instanceof Secret)
  return [known.access, known.refresh, ...answers].flatMap((secret) =>
    secret === undefined ? [] : [secret.reveal()],
  )
}

function withoutParts(text: string, secrets: readonly string[]): string {
  return text.replace(/[A-Za-z0-9_~+/=.-]+/g, (word) => (isPart(word, secrets) ? '[secret]' : word))
}

function isPart(word: string, secrets: readonly string[]): boolean {
  // An ellipsis of dots is punctuation to us, and not to the pattern above.
  const bare = word.replace(/^[.=-]+|[.=-]+$/g, '')
  return bare.length >= shortestPart && secrets.some((secret) => secret.includes(bare))
}
