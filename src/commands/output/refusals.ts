import { ToknError } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { tokenInWords, wordOf } from '../../session/naming.ts'

// What is said where a token is not printed. A command that prints one loads none of it.

export function noSuchFormat(what: string, given: string, known: readonly string[]): ToknError {
  return new ToknError(
    'usage',
    words.commands.notAFormat(what, display(given, 60), known.join(', ')),
  )
}

export function noSuchVariable(flag: string, given: string): ToknError {
  return new ToknError('usage', words.commands.notAVariable(flag, display(given, 40)))
}

/** For a token that does not travel in `place`. */
export function travelsElsewhere(place: 'header' | 'query', profile: Profile): ToknError {
  const { sentInHeader, sentInQuery } = words.commands
  const say = place === 'query' ? sentInHeader : sentInQuery
  return new ToknError('usage', say(tokenInWords(profile), wordOf(profile)))
}

export function needsProof(profile: Profile): ToknError {
  const said = words.commands.boundToKey(tokenInWords(profile), wordOf(profile))
  return new ToknError('usage', said)
}

export function noSuchRefreshMode(given: string): ToknError {
  return new ToknError('usage', words.commands.notARefreshMode(display(given, 40)))
}

/** `given` is what the environment says, where that is no shell that is known. */
export function unknownShell(given: string | undefined, known: readonly string[]): ToknError {
  const shown = given === undefined ? undefined : display(given, 40)
  return new ToknError('usage', words.shells.whichShell(shown, known))
}

export function noSuchShell(given: string, known: readonly string[]): ToknError {
  return new ToknError('usage', words.shells.notAShell(display(given, 40), known))
}
