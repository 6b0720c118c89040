import { ToknError } from '../../core/errors.ts'
import type { Provider } from '../../core/provider.ts'
import { display } from '../../core/text.ts'
import { variableOf } from '../../core/variable.ts'
import { words } from '../../messages/words.ts'
import { namedIn, originsIn } from '../../session/other-server.ts'
import type { Context } from '../context.ts'
import type { Draft } from './draft.ts'

/**
 * Throws `usage` where a variable has an address of another server than the one that the command line
 * names: whoever has set it would get what is meant for that one.
 */
export function refuseMixedServers(
  { environment }: Pick<Context, 'environment'>,
  { fields }: Pick<Provider, 'fields'>,
  set: Draft['set'],
): void {
  if (Object.keys(namedIn(fields, set, () => undefined)).length === 0) return
  const addresses = fields.filter(({ server }) =>
    ['itself', 'entrance', 'address'].some((one) => one === server),
  )
  const typed = addresses.flatMap(({ name }) => originsIn(set[name]))
  for (const { name } of addresses) {
    const said = set[name] === undefined ? environment.fromEnvironment(name) : undefined
    const elsewhere = originsIn(said).find((one) => !typed.includes(one))
    // Those are trusted, and asked for nothing by that alone.
    if (elsewhere === undefined || name === 'trust_endpoints') continue
    const [there, here] = [display(elsewhere, 200), display(typed[0] ?? '', 200)]
    throw new ToknError('usage', words.oauthServer.variableElsewhere(variableOf(name), there, here))
  }
}
