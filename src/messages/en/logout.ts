// English texts about how a logout went, each one sentence or part of one.
import { instant } from './times.ts'

export const refreshUnusable = (why: string) =>
  `a refresh was answered, and the tokens in the reply cannot be used: ${why}`

export const expired = () => 'its token had expired'

export const expiredAt = (at: number) => `its token had expired at ${instant(at)}`

export const over = () => 'it had ended'

export const overBecause = (why: string) => `the session had ended: ${why}`

export const notAsked = () => 'the token was not revoked, as asked'

export const aliveUntilExpiry = (title: string) => `${title} keeps it alive until it expires`

export const idUnknown = (title: string) =>
  `${title} ends a token by its id, and the id of this one is not known`

/** What the provider said: the others go on from it. */
export const ended = (title: string) => `${title} says that it is ended`

export const refused = (why: string) => `the provider did not revoke it: ${why}`

/** `by` is the way of asking that shows it, in words; `contrary` to what was said. */
export const refreshAlive = (said: string, contrary: boolean, by: string) =>
  `${said}, ${contrary ? 'but' : 'and'} the refresh token is still alive, by ${by}`

export const accessAlive = (
  said: string,
  contrary: boolean,
  { alone, used, by }: { readonly alone: boolean; readonly used: boolean; readonly by: string },
) =>
  `${said}, ${contrary ? 'but' : 'and'} the ${alone ? 'token' : 'access token'} ${used ? 'still works' : 'is still alive'}, by ${by}`

export const notVerified = (said: string) => `not verified: ${said}`

export const mayBeTaken = (until: number) =>
  `an API that checks the token by itself, without asking, may accept it until ${instant(until)}`

export const refusedBefore = () => 'the token was refused before as well'

export const hadExpired = () => 'the token had expired'

export const nothingShows = () => 'nothing shows whether it still works'

export const refreshDead = () =>
  'the refresh token is dead, and nothing shows whether the access token is'

type Access = 'dead' | 'refused' | 'expired'

const accesses: Readonly<Record<Access, string>> = {
  dead: 'the access token is dead',
  refused: 'the access token was refused before as well',
  expired: 'the access token had expired',
}

/** `refused`: the refresh token was refused before as well; else nothing can tell of it. */
export const refreshUnproven = (access: Access, refused: boolean) =>
  `${accesses[access]}, ${refused ? 'the refresh token was refused before as well' : 'the refresh token cannot be checked'}`
