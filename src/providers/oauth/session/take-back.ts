import { isFailure } from '../../../core/errors.ts'
import type { Reach } from '../../../core/provider.ts'
import { display } from '../../../core/text.ts'
import type { TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { removeRegistered } from '../registration/manage.ts'
import { owns } from '../registration/registered.ts'
import { connect, type ConfiguredServer } from '../server/connect.ts'

/** Has the server remove a client that it made for the session, unless `next` uses that too. */
export async function takeBack(
  configured: ConfiguredServer,
  reach: Reach,
  { context }: Pick<TokenSet, 'context'>,
  next?: Pick<TokenSet, 'context'>,
): Promise<string | undefined> {
  const id = idOfUnused(context, next)
  if (id === undefined) return undefined
  try {
    const connection = await connect(configured, reach, context)
    const { registered } = connection
    return registered && (await removeRegistered(connection, registered))
  } catch (error) {
    if (!isFailure(error)) throw error
    return words.oauthResource.staysRegistered(configured.title, display(id, 200), error.message)
  }
}

/** What `takeBack` would remove, and where. */
export function whatStays(
  { title }: ConfiguredServer,
  { context }: Pick<TokenSet, 'context'>,
  next?: Pick<TokenSet, 'context'>,
): string | undefined {
  const id = idOfUnused(context, next)
  if (id === undefined) return undefined
  const address = context['registration_client_uri']
  const why = words.oauthResource.notAskedToRemove(address && display(address, 300))
  return words.oauthResource.staysRegistered(title, display(id, 200), why)
}

/** The client that was made for a session, unless `next` is one of it too. */
function idOfUnused(
  context: TokenSet['context'],
  next?: Pick<TokenSet, 'context'>,
): string | undefined {
  const id = owns(context) ? context['client_id'] : undefined
  return next?.context['client_id'] === id ? undefined : id
}
