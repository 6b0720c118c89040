import { checkBaseUrl, withoutRequestPath } from '../../core/base-url.ts'
import { ToknError } from '../../core/errors.ts'
import type { Interaction } from '../../core/ports.ts'
import type { Profile } from '../../core/profile.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { askUntil } from '../../session/login/ask.ts'
import type { Context, ProviderSummary } from '../context.ts'
import type { LoginFlags } from '../flags/login.ts'
import { isQuiet } from '../output/json.ts'
import { missingAddress } from './missing.ts'

/**
 * Where the API is: as the flags or the environment say, as the profile has it, or as the user says.
 * `undefined` for the provider's own address. Throws `usage`.
 */
export async function chooseBaseUrl(
  context: Context,
  flags: LoginFlags,
  summary: ProviderSummary | undefined,
  before: Profile | undefined,
  interaction: Interaction | undefined,
): Promise<string | undefined> {
  const what = words.loginFlags.baseUrl()
  const { baseUrl: variable } = context.environment
  const [said, name] =
    flags.baseUrl === undefined ? [variable, 'TOKN_BASE_URL'] : [flags.baseUrl, what]
  if (said !== undefined) return takePasted(context, flags, summary, checkBaseUrl(said, name))
  if (before?.baseUrl !== undefined) return checkBaseUrl(before.baseUrl, what)
  if (summary?.needsBaseUrl !== true) return undefined
  if (interaction === undefined) {
    throw await missingAddress(context, flags, summary.id)
  }
  const label = words.loginFlags.askBaseUrl(summary.title)
  const asked = await askUntil(interaction, label, { placeholder: 'https://' }, (typed) => {
    const answer = typed.trim()
    const nothing = answer === '' || answer === 'https://'
    if (nothing) throw new ToknError('usage', words.login.leftEmpty(label))
    return checkBaseUrl(answer, what)
  })
  return takePasted(context, flags, summary, asked)
}

/** Vendors' documents have the addresses of requests, and those are what is copied. */
function takePasted(
  context: Context,
  flags: LoginFlags,
  summary: ProviderSummary | undefined,
  baseUrl: string,
): string {
  const taken = withoutRequestPath(baseUrl, summary?.paths ?? [])
  if (taken !== baseUrl && !isQuiet(flags)) {
    context.terminal.say(words.loginFlags.baseUrlTaken(display(taken, 200)))
  }
  return taken
}
