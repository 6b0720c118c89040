import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { GivenToken } from './protocol.ts'

/**
 * The headers in which a token travels, for a tool that sends any header. Throws `unsupported`, `tool`
 * being its name, where they are not all that the token needs.
 */
export function headersFor(tool: string, given: GivenToken): GivenToken['headers'] {
  const { headers, record } = given
  if (record.attach.bound === true) {
    throw new ToknError('unsupported', words.credentialBuild.needsProof())
  }
  if (headers.length === 0 || hasQuery(given)) {
    throw new ToknError('unsupported', words.credentialBuild.notHeadersAlone(tool))
  }
  // A login refuses such a token; what a store holds may have come another way.
  if (headers.some(([name, value]) => !/^[!-9;-~]+$/.test(name) || /[\0-\x1f\x7f]/.test(value))) {
    throw new ToknError('unsupported', words.credentialBuild.notOneLine())
  }
  return headers
}

/**
 * The whole value of `Authorization`, for a tool that sends this header and no other. Throws
 * `unsupported` where the token travels in another way.
 */
export function authorizationFor(tool: string, given: GivenToken): string {
  const [header, ...others] = given.headers
  if (header === undefined || !/^authorization$/i.test(header[0]) || others.length > 0) {
    const names = given.headers.map(([name]) => display(name)).join(', ')
    throw new ToknError('unsupported', words.credentialBuild.notAuthorization(tool, names))
  }
  const [[, value] = ['', '']] = headersFor(tool, given)
  return value
}

/** For a tool that takes no answer for none, where no profile answers: why is told before. */
export function nothingFor(tool: string): ToknError {
  const said = words.credentialBuild.nothing(tool)
  return new ToknError('not_found', said, { hint: words.credentialBuild.whereTo() })
}

function hasQuery({ record }: GivenToken): boolean {
  return Object.keys(record.attach.query ?? {}).length > 0
}
