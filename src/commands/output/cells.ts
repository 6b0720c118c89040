import stringWidth from 'string-width'

/**
 * `text` in at most `width` cells of a terminal, and never half of what a reader sees as one
 * character; one that was cut ends with an ellipsis.
 */
export function cutToCells(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let [kept, used] = ['', 0]
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment)
    if (used >= width) break
    kept += segment
  }
  return width < 1 ? '' : `${kept}…`
}

export function padToCells(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
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
    if (line !== '' && stringWidth(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
