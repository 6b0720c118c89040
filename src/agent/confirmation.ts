/** Has a person allow or refuse a use; see `createConfirmation`. */
export interface Confirmation {
  /** Whether `use` is allowed. `gone` says whether whoever wants it still waits for the answer. */
  allows(use: Use, gone: () => boolean): Promise<boolean>
}

/** A use of a session, as it is told to the person who is asked. */
export interface Use {
  readonly profile: string
  /** What is asked for: `/token`. */
  readonly endpoint: string
}

export interface ConfirmationOptions {
  /** Puts the question; anything but a clear yes is no. Never rejects. */
  ask(use: Use): Promise<boolean>
  /** Milliseconds of a clock that nobody can set. */
  readonly elapsed: () => number
}

/** For how long a refusal answers for all that is asked of the same profile, in milliseconds. */
const remembered = 10_000
/** Most that wait for a question to be put; a person would not answer that many. */
const mostWaiting = 16

/** One question at a time. A refusal also answers what waited for the same profile meanwhile. */
export function createConfirmation({ ask, elapsed }: ConfirmationOptions): Confirmation {
  const refused = new Map<string, number>()
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    allows: async (use, gone) => {
      if (isRefused(use.profile) || waiting >= mostWaiting) return false
      waiting++
      const answer = last.then(async () => await put(use, gone))
      // Whatever became of one question, the next one is put.
      last = answer.catch(() => undefined)
      try {
        return await answer
      } finally {
        waiting--
      }
    },
  }

  async function put(use: Use, gone: () => boolean): Promise<boolean> {
    if (isRefused(use.profile) || gone()) return false
    const allowed = await ask(use)
    if (!allowed) refused.set(use.profile, elapsed() + remembered)
    return allowed
  }

  function isRefused(profile: string): boolean {
    const until = refused.get(profile)
    if (until === undefined) return false
    if (elapsed() < until) return true
    refused.delete(profile)
    return false
  }
}
