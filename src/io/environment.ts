import { ToknError } from '../core/errors.ts'
import type { Environment } from './paths.ts'

// Sections of Node's own debug log that print URLs, and a token may travel in one.
const talkative = ['undici', 'fetch', 'http', 'https', 'http2', 'websocket']

/**
 * Throws `usage` for an environment in which secrets would be sent to anybody or printed. It cannot
 * be mended from inside: Node has read these variables before we run.
 */
export function refuseUnsafeEnvironment(environment: Environment): void {
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new ToknError(
      'usage',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 switches off the check of servers',
      {
        hint: 'unset it; a certificate authority of your own is added with --ca FILE',
      },
    )
  }
  const section = (environment['NODE_DEBUG'] ?? '').split(',').find(printsUrls)
  if (section === undefined) return
  throw new ToknError('usage', 'NODE_DEBUG would print addresses that may contain tokens', {
    hint: 'unset NODE_DEBUG; tokn --debug shows what is sent, without secrets',
  })
}

/** As Node reads it: no case, `*` for anything. */
function printsUrls(pattern: string): boolean {
  if (pattern.trim() === '') return false
  const source = pattern
    .trim()
    .replace(/[|\\{}()[\]^$+?.]/g, '\\$&')
    .replaceAll('*', '.*')
  const expression = new RegExp(`^${source}$`, 'i')
  return talkative.some((section) => expression.test(section))
}
