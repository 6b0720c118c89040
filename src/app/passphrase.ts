import { ToknError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import type { PassphraseQuestion } from '../core/store-traits.ts'
import { words } from '../messages/words.ts'

/** How the passphrase of the file store is found. */
interface PassphraseSources {
  /** What the environment says. */
  given(): Secret | undefined
  /** Puts a question whose answer is hidden; absent where nobody can be asked. */
  readonly ask: ((label: string) => Promise<string>) | undefined
  say(text: string): void
}

/** How often a person is asked for it, and asked again. */
const mostTries = 3

const usual: PassphraseQuestion = { isNew: false, refused: false }

/**
 * Finds the passphrase once, though both a store and the process that refreshes need it. One that
 * was refused is asked for again, three times in all: then, and for one of the environment, there is
 * no other. A new one is typed twice. Throws `interrupted`; `usage` for two that differ.
 */
export function openPassphrase({
  given,
  ask,
  say,
}: PassphraseSources): (question?: PassphraseQuestion) => Promise<Secret | undefined> {
  let found: Promise<Secret | undefined> | undefined
  let tries = 0
  return async (question = usual) => {
    if (question.refused) found = findAnother(question.isNew)
    found ??= find(question.isNew)
    return await found
  }

  async function find(isNew: boolean): Promise<Secret | undefined> {
    return given() ?? (ask === undefined ? undefined : await askFor(ask, isNew))
  }

  async function findAnother(isNew: boolean): Promise<Secret | undefined> {
    if (given() !== undefined || ask === undefined || tries >= mostTries) return undefined
    say(words.terminal.again(words.stores.wrongPassphrase().message))
    return await askFor(ask, isNew)
  }

  async function askFor(
    put: NonNullable<PassphraseSources['ask']>,
    isNew: boolean,
  ): Promise<Secret> {
    for (;;) {
      tries++
      const text = await put(isNew ? words.stores.askNewPassphrase() : words.stores.askPassphrase())
      const wrong = text === '' ? words.stores.emptyPassphrase() : await isOther(put, text, isNew)
      if (wrong === undefined) return new Secret(text)
      if (tries >= mostTries) throw new ToknError('usage', wrong)
      say(words.terminal.again(wrong))
    }
  }

  async function isOther(
    put: NonNullable<PassphraseSources['ask']>,
    text: string,
    isNew: boolean,
  ): Promise<string | undefined> {
    if (!isNew || (await put(words.stores.askOnceMore())) === text) return undefined
    return words.stores.passphrasesDiffer()
  }
}
