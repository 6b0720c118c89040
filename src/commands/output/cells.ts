import stringWidth from 'string-width'

// Letters of ASCII, the ellipsis and the two of a bar: a cell each.
const plain = /^[\x20-\x7e\u2026\u2588\u2591]*$/

/** Whether each character of `text` takes a cell, and may be shown as it is. */
export function isPlain(text: string): boolean {
  return plain.test(text)
}

/** How many cells of a terminal `text` takes. */
export function cellsOf(text: string): number {
  // The library takes as long over its first word as the program over its start.
  return plain.test(text) ? text.length : stringWidth(text)
}

/**
 * `text` in at most `width` cells of a terminal, and never half of what a reader sees as one
 * character; one that was cut ends with an ellipsis.
 */
export function cutToCells(text: string, width: number): string {
  if (cellsOf(text) <= width) return text
  let [kept, used] = ['', 0]
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += cellsOf(segment)
    if (used >= width) break
    kept += segment
  }
  return width < 1 ? '' : `${kept}…`
}

export function padToCells(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cellsOf(text)))
}

/**
 * `text` broken at its blanks into lines of at most `width` cells; a word that is longer is a line of
 * its own, whole, so that it can be copied.
 */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && cellsOf(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
