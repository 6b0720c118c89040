import { isToknError } from '../../core/errors.ts'
import type { Interaction } from '../../core/ports.ts'
import { words } from '../../messages/words.ts'

/** How often a question is put, or a login tried, before it ends with what is wrong. */
export const mostTries = 3

/**
 * Asks until `read` takes the answer, three times at most: what it throws as `usage` is told as the
 * reason, and at last thrown. Throws `interrupted`.
 */
export async function askUntil<Value>(
  interaction: Pick<Interaction, 'ask' | 'tell'>,
  label: string,
  options: { readonly secret?: boolean; readonly placeholder?: string },
  read: (text: string) => Value,
): Promise<Value> {
  for (let tries = 1; ; tries++) {
    const text = await interaction.ask(label, options)
    try {
      return read(text)
    } catch (error) {
      if (!isToknError(error, 'usage') || tries >= mostTries) throw error
      interaction.tell(words.terminal.again(error.message))
    }
  }
}
