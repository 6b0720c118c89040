// English texts for a program that tokn exec has started, where a store cannot be opened.

/** What such a program has. */
interface Inside {
  /** The profiles that it was given, as `TOKN_EXEC` has them. */
  readonly given: string
  /** The one that is wanted, where its token is all that is wanted; `''` where none is named. */
  readonly profile?: string | undefined
  /** `gone`: one at which nobody listens any more. */
  readonly socket: 'none' | 'gone' | 'there'
}

const keeps = 'tokn exec keeps the key of a store from its program'

export const hint = ({ given, profile, socket }: Inside): string => {
  if (socket === 'gone') {
    return 'the tokn exec that has started this program has ended, and its socket with it'
  }
  if (profile === undefined) {
    return `${keeps}: run this outside of it. For the profiles of tokn exec -e NAME:PROFILE, token, header, curl, exec and env do without the store`
  }
  if (socket === 'none' && (profile === '' || given.split(',').includes(profile))) {
    return `${keeps}, and it has no socket to ask: read the token from its variable, tokn exec -e NAME:${profile === '' ? 'PROFILE' : profile} -- COMMAND`
  }
  if (profile === '' && socket === 'there') {
    return `${keeps}, and has given it several profiles: name one of ${given.replaceAll(',', ', ')}`
  }
  return `${keeps}: give it that profile as well: tokn exec -e NAME:${profile === '' ? 'PROFILE' : profile} -- COMMAND`
}
