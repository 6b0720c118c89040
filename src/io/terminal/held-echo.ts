/** Longest time in milliseconds from what is told to the question that follows it. */
const untilAsked = 50

let held: NodeJS.Timeout | undefined

/**
 * Shows nothing of what is typed until the next question, which follows at once: whoever reads why a
 * secret is asked for again may paste it before the question is there.
 */
export function holdEcho(): void {
  const { stdin } = process
  if (!stdin.isTTY || stdin.destroyed) return
  stdin.setRawMode(true)
  clearTimeout(held)
  held = setTimeout(() => takeEcho(false), untilAsked).unref()
}

/** For a question that begins: the terminal is its own now. `hidden`: it shows nothing, or itself. */
export function takeEcho(hidden: boolean): void {
  const isHeld = held !== undefined
  clearTimeout(held)
  held = undefined
  if (isHeld && !hidden && !process.stdin.destroyed) process.stdin.setRawMode(false)
}
