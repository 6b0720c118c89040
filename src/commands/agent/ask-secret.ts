import { isToknError, ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Context } from '../context.ts'
import type { FlagsOf } from '../flags/table.ts'

/** What a person types without its being seen; `undefined` where nobody can be asked. */
export async function askSecret(
  context: Context,
  flags: FlagsOf<'noInput'>,
  label: string,
): Promise<string | undefined> {
  const interaction = await context.interaction(flags)
  if (interaction === undefined) return undefined
  try {
    return await interaction.ask(label, { secret: true })
  } catch (error) {
    if (!isToknError(error, 'interrupted')) throw error
    const hint = words.commands.answerBeforehand('--passphrase-file')
    throw new ToknError(error.code, error.message, { ...error.details, hint })
  }
}
