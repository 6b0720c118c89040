// When the end of a token or a session is near: all that is decided by that is decided by these.

/** The part of a life that counts as its end. */
const part = 10

/** Longest remaining life asked for by default, in milliseconds. */
export const defaultMinTtl = 60_000

/** A person is told of an end so many milliseconds before it, at most. */
const toldBefore = 14 * 86_400_000

/** As `toldBefore`, where nobody knows how long the whole life is. */
const toldOfUnknown = 5 * 60_000

/** Less than this left, in milliseconds, and whoever asks for a token gets another one. */
export function renewedBelow(life: number): number {
  return Math.min(defaultMinTtl, Math.max(0, life) / part)
}

/** A life shorter than this, in milliseconds, ends all the time: nobody is warned of that. */
export const worthWarning = 43_200_000

/**
 * Whether what has `left` milliseconds of `life` is ending, for a person to know: a tenth of it is
 * left, and no more than 14 days. Without a `life` (it is not known): less than 5 minutes.
 */
export function isEnding(left: number, life: number | undefined): boolean {
  return (
    left < (life === undefined ? toldOfUnknown : Math.min(toldBefore, Math.max(0, life) / part))
  )
}
