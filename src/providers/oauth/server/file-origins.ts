import { isConfidential } from '../../../core/base-url.ts'
import { isObject } from '../../../core/json.ts'
import { display } from '../../../core/text.ts'
import type { TokenSet } from '../../../core/token.ts'
import { endpointNames } from '../settings/fields.ts'
import { splitList, type Settings } from '../settings/in-force.ts'
import { readMetadataFile, type Metadata } from './metadata.ts'
import { isWebAddress } from './origins.ts'

// A discovery document in a file is the user's own statement, as endpoints given as flags are; but a
// file may change, or be another one tomorrow. A session keeps what it said at the login.

const kept = 'file_origins'

/** For the context of tokens: the origins that the file of a profile names, if it has one. Throws `usage`. */
export function keepFileOrigins(settings: Settings): TokenSet['context'] {
  const { discovery, discovery_text: text } = settings
  if (discovery === undefined || text === undefined || isWebAddress(discovery)) return {}
  const document = readMetadataFile(text, display(discovery, 200))
  return { [kept]: originsOfEndpoints(document).join(' ') }
}

/** What `keepFileOrigins` has left in a context. */
export function fileOriginsIn(context: TokenSet['context']): readonly string[] {
  return splitList(context[kept])
}

/** That of a login which renews a session that has `context`. */
export function sameFileOrigins(context: TokenSet['context']): TokenSet['context'] {
  const before = context[kept]
  return before === undefined ? {} : { [kept]: before }
}

function originsOfEndpoints(document: Metadata): readonly string[] {
  const aliases = document['mtls_endpoint_aliases']
  const found = [document, ...(isObject(aliases) ? [aliases] : [])].flatMap((one) =>
    endpointNames.flatMap((name) => {
      const value = one[name]
      const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
      return url !== undefined && isConfidential(url) && url.username === '' ? [url.origin] : []
    }),
  )
  return [...new Set(found)]
}
