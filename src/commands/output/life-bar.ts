import type { Colours } from '../../core/process.ts'

const [full, empty] = ['█', '░']

/** `share` (0 to 1) of a life as a bar of `width` characters; what is left of it at all, shows. */
export function lifeBar(share: number, width: number): string {
  const within = Math.min(1, Math.max(0, share))
  const filled = within === 0 ? 0 : Math.max(1, Math.round(within * width))
  const known = (bars[width] ??= [])
  return (known[filled] ??= full.repeat(filled) + empty.repeat(width - filled))
}

/** By width, and how much of it is full: there are few, and rows by the thousand have them. */
const bars: string[][] = []

/** A bar out of `text`, in the colour of how much is left. */
export function paintBar(text: string, share: number, colours: Colours): string {
  return text.replace(/[█░]+/, (bar) => colourOf(share, colours)(bar))
}

/** The colour of how much is left of a life, of which `share` is 0 to 1. */
export function colourOf(share: number, colours: Colours): Colours['green'] {
  if (share > 0.25) return colours.green
  return share > 0.05 ? colours.yellow : colours.red
}
