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
  return await askAgain(
    async () => read(await interaction.ask(label, options)),
    (why) => interaction.tell(words.terminal.again(why)),
  )
}

/** Asks again after what throws `usage`, which is told, three times in all; then that is thrown. */
export async function askAgain<Value>(
  ask: () => Promise<Value>,
  tell: (why: string) => void,
): Promise<Value> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (!isToknError(error, 'usage') || tries >= mostTries) throw error
      tell(error.message)
    }
  }
}
