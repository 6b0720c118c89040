import { ToknError } from '../../../core/errors.ts'
import type { Interaction } from '../../../core/ports.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import type { Connection } from '../server/connect.ts'
import type { Authorization } from './authorization.ts'
import { readPastedCallback } from './pasted-callback.ts'
import type { Redirect } from './redirect-uri.ts'

/** A login whose answer a person pastes. */
interface Pasting {
  readonly connection: Connection
  readonly interaction: Interaction
  readonly authorization: Authorization
  readonly redirect: Redirect
  /** Absent: the browser cannot come back by itself. */
  readonly listener: object | undefined
  /** Takes the question back when the answer came another way. */
  readonly signal?: AbortSignal
}

/** Where a listener cannot bring the answer, which is waited for as long as that is. */
const mostTries = 5

/**
 * The answer of the server, as a person pastes it. Throws `reauth_required` where none of what was
 * pasted is of this login, or nobody can be asked.
 */
export async function pasteCallback(pasting: Pasting): Promise<URLSearchParams> {
  const { connection, interaction, authorization, listener, signal } = pasting
  const most = listener === undefined ? mostTries : Number.POSITIVE_INFINITY
  for (let tries = 0; tries < most; tries++) {
    const text = await interaction.ask(labelOf(pasting), {
      pasted: true,
      ...(signal && { signal }),
    })
    const pasted = readPastedCallback(text, authorization, connection)
    if ('answer' in pasted) {
      if (!pasted.tied && !isProtected(connection, authorization)) {
        interaction.tell(words.oauthPerson.unprotectedCode())
      }
      return pasted.answer
    }
    interaction.tell(problems[pasted.problem]())
  }
  throw new ToknError('reauth_required', words.oauthPerson.nothingPasted())
}

const problems = {
  foreign: () => words.oauthPerson.foreignAddress(),
  start: () => words.oauthPerson.startAddress(),
  unreadable: () => words.oauthPerson.notACode(),
} as const

function labelOf({ redirect, listener }: Pasting): string {
  if (listener !== undefined) return words.oauthPerson.waitOrPaste()
  const address = redirect.registered
  return address.toLowerCase().startsWith('urn:')
    ? words.oauthPerson.pasteCode()
    : words.oauthPerson.paste(display(address, 120))
}

/** Whether the server itself would find out that a code was made for another login. */
function isProtected({ server }: Connection, { nonce }: Authorization): boolean {
  return nonce !== undefined || server.code_challenge_methods_supported?.includes('S256') === true
}
