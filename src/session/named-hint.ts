import { ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { isFromEnvironment, nextLogin, wordOf } from './naming.ts'

type Named = Pick<Profile, 'id' | 'name'>

/**
 * `error` with the name of the profile in its hint: what lies below a session knows no names, and
 * says `tokn login` or `tokn list`. One that only a login makes up for, and that has no hint, gets that
 * one. For a session of variables it is the variable that is to be changed.
 */
export function withName(error: unknown, profile: Named): unknown {
  if (!(error instanceof ToknError)) return error
  const { code, message, details } = error
  const [first, ...further] = [details.hint].flat()
  const usual = code === 'reauth_required' ? nextLogin(profile) : undefined
  const named =
    first
      ?.replace(
        isFromEnvironment(profile) ? /^.*\btokn login$/ : /\btokn login$/,
        nextLogin(profile),
      )
      .replace(/\btokn list(?=$| --remote$)/, `tokn list${wordOf(profile)}`) ?? usual
  if (named === undefined || named === first) return error
  const hint = further.length === 0 ? named : [named, ...further.filter((one) => one !== undefined)]
  return new ToknError(code, message, { ...details, hint, cause: error })
}

/** Runs `work`, and throws what it throws `withName`. */
export async function naming<Result>(profile: Named, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw withName(error, profile)
  }
}
