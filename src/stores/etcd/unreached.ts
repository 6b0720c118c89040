import { isToknError, ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'

/** What `Http` says is about a provider; here it is about the store. */
export function unreached(error: unknown): unknown {
  if (!isToknError(error, 'network', 'provider_nonsense')) return error
  const { message, details } = error
  const lasting = details.lasting === true || error.code === 'provider_nonsense'
  const hint = details.lasting === true ? error.hint : undefined
  // Those flags give a certificate for a provider.
  const wantsOwn = hint?.includes('--cert ') === true
  const said = words.etcd.unreached(message, wantsOwn ? words.etcd.giveCertificate() : hint)
  return new ToknError('network', said, { sent: details.sent ?? true, lasting })
}
