import { ToknError } from '../../../core/errors.ts'
import { words } from '../../../messages/words.ts'
import type { Connection } from './connect.ts'

/**
 * Throws `unsupported` for a server that lists how a code can be bound to whoever asked for it, and
 * S256 is not there (RFC 7636 section 4.2). One that lists nothing may take it all the same.
 */
export function checkPkce({ server, title }: Pick<Connection, 'server' | 'title'>): void {
  const methods: unknown = server.code_challenge_methods_supported
  if (!Array.isArray(methods) || methods.includes('S256')) return
  throw new ToknError('unsupported', words.oauthResource.noPkce(title))
}
