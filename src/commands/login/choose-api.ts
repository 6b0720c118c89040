import { ToknError } from '../../core/errors.ts'
import type { Interaction } from '../../core/ports.ts'
import { checkProfileName } from '../../core/profile.ts'
import { words } from '../../messages/words.ts'
import { impliedProvider } from '../../session/login/implied-provider.ts'
import { askUntil } from '../../session/login/ask.ts'
import type { Context, ProviderSummary } from '../context.ts'
import type { LoginFlags } from '../flags/login.ts'
import { startingResource } from './resource.ts'

/** An API to log in to; `isPicked` where a person picked it from a list. */
export interface ChosenApi {
  readonly id: string
  readonly isPicked: boolean
}

/** Whether the flags of a login say where an OAuth server is. */
export function namesServer(flags: LoginFlags): boolean {
  return [flags.issuer, flags.discovery, flags.tokenEndpoint].some((one) => one !== undefined)
}

/** The API of a login that does not say it, and is no further one of a profile. Throws `usage`. */
export async function chooseApi(
  context: Context,
  flags: LoginFlags,
  providers: readonly ProviderSummary[],
  named: string | undefined,
): Promise<ChosenApi> {
  const { fromEnvironment } = context.environment
  const isNamed = namesServer(flags) || startingResource(context, flags) !== undefined
  const implied = isNamed ? 'oauth' : impliedProvider(fromEnvironment)
  if (implied !== undefined) return { id: implied, isPicked: false }
  if (named !== undefined && providers.some((one) => one.id === named)) {
    return { id: named, isPicked: false }
  }
  const id = await context.select(flags, words.loginFlags.whichApi(), listApis(providers))
  if (id !== undefined) return { id, isPicked: true }
  const known = providers.map((one) => one.id).join(', ')
  throw new ToknError('usage', words.loginFlags.noProviderNamed(named ?? 'NAME', known))
}

/**
 * The API that a person would rather log in to than to the default profile `usual` again, where
 * nothing said which; `undefined` for that profile, and where nobody can be asked.
 */
export async function offerAnotherApi(
  context: Context,
  flags: LoginFlags,
  providers: readonly ProviderSummary[],
  usual: string,
): Promise<ChosenApi | undefined> {
  const again = { value: '', label: words.loginFlags.usualProfile(usual) }
  const id = await context.select(flags, words.loginFlags.whereTo(), [
    again,
    ...listApis(providers),
  ])
  return id === undefined || id === again.value ? undefined : { id, isPicked: true }
}

/** The name of a profile that is to be made of an API picked from a list; the API's own if empty. */
export async function askName(
  interaction: Interaction | undefined,
  api: string,
): Promise<string | undefined> {
  if (interaction === undefined) return undefined
  const label = words.loginFlags.askProfileName()
  return await askUntil(interaction, label, { placeholder: api }, (typed) => {
    const name = typed.trim()
    return checkProfileName(name === '' ? api : name)
  })
}

function listApis(providers: readonly ProviderSummary[]) {
  return providers.map((one) => ({ value: one.id, label: `${one.id}  ${one.title}` }))
}
