import type { HttpReply } from '../../../core/ports.ts'

/** What a resource says in a challenge for a bearer token (RFC 6750 section 3, RFC 9728 section 5.1). */
export interface BearerChallenge {
  /** Address of the resource's metadata. */
  readonly metadata?: string | undefined
  /** Scopes that the request would have needed, separated by spaces. */
  readonly scope?: string | undefined
}

// RFC 9110 section 11: a scheme, or a parameter of the scheme before it.
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const parameter = new RegExp(`(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, 'y')
const scheme = new RegExp(`(${token})`, 'y')

/** The first challenge for a bearer token that says anything; empty where there is none. */
export function readBearerChallenge(headers: HttpReply['headers']): BearerChallenge {
  const challenges = headers
    .filter(([name]) => name.toLowerCase() === 'www-authenticate')
    .flatMap(([, value]) => readChallenges(value))
  const found = challenges
    .filter(({ name }) => name === 'bearer' || name === 'dpop')
    .map(({ parameters }) => ({
      metadata: parameters.get('resource_metadata'),
      scope: parameters.get('scope'),
    }))
  return found.find(({ metadata, scope }) => metadata !== undefined || scope !== undefined) ?? {}
}

interface Challenge {
  readonly name: string
  readonly parameters: Map<string, string>
}

function readChallenges(text: string): readonly Challenge[] {
  const challenges: Challenge[] = []
  for (let at = 0; at < text.length;) {
    parameter.lastIndex = scheme.lastIndex = at
    const pair = parameter.exec(text)
    if (pair !== null) {
      const [whole, name = '', quoted, bare = ''] = pair
      const value = quoted?.replace(/\\(.)/g, '$1') ?? bare
      challenges.at(-1)?.parameters.set(name.toLowerCase(), value)
      at += whole.length
      continue
    }
    const word = scheme.exec(text)?.[1]
    if (word !== undefined) challenges.push({ name: word.toLowerCase(), parameters: new Map() })
    at += word?.length ?? 1
  }
  return challenges
}
