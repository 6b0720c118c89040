import { isToknError, ToknError } from '../../core/errors.ts'
import type { Interaction } from '../../core/ports.ts'
import { checkProfileName } from '../../core/profile.ts'
import { words } from '../../messages/words.ts'
import { namedProfile, type ProfileChoice } from '../../session/choose-profile.ts'
import { askUntil } from '../../session/login/ask.ts'

/** The name that the user means, or gives where that cannot be one. Throws `usage`. */
export async function chooseName(
  choice: ProfileChoice,
  interaction: Interaction | undefined,
): Promise<string | undefined> {
  try {
    return namedProfile(choice)
  } catch (error) {
    const { positional, flag } = choice
    const two = positional !== undefined && flag !== undefined && positional !== flag
    if (interaction === undefined || two || !isToknError(error, 'usage')) throw error
    interaction.tell(words.terminal.again(error.message))
    const label = words.loginFlags.askProfileName()
    return await askUntil(interaction, label, {}, (typed) => {
      const name = typed.trim()
      if (name === '') throw new ToknError('usage', words.login.leftEmpty(label))
      return checkProfileName(name)
    })
  }
}
