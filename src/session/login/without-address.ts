import { isToknError, ToknError } from '../../core/errors.ts'
import type { Field } from '../../core/provider.ts'
import { words } from '../../messages/words.ts'
import { openAnywhere } from '../open-anywhere.ts'
import type { Ports, ProfileSketch } from '../ports.ts'
import { lackingFields, waysOf, type AnswerSources } from './answers.ts'

/**
 * The error for a login whose API has no address of its own: with all else that nobody has given, so
 * that it need not be found out one by one. `choose` narrows what is asked for.
 */
export async function withoutAddress(
  ports: Ports,
  sketch: ProfileSketch,
  sources: AnswerSources,
  choose: (fields: readonly Field[]) => readonly Field[] = (fields) => fields,
): Promise<ToknError> {
  const { title, fields } = await openAnywhere(ports, sketch)
  const lacking = lackingFields(choose(fields), sources)
  return new ToknError(
    'usage',
    words.login.noAddress(title, waysOf(lacking, sources), sources.onlyVariables !== true),
  )
}

/** `error`, or `withoutAddress` where that is what it says. */
export async function orWithoutAddress(
  error: unknown,
  ...rest: Parameters<typeof withoutAddress>
): Promise<unknown> {
  const known = isToknError(error, 'usage') && error.details.fault === 'no-address'
  return known ? await withoutAddress(...rest) : error
}
