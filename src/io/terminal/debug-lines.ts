import { redact } from '../../core/secret.ts'

// `SECTION PID: words`; the number has a colour in a terminal.
const line = /^([A-Z][\w.:-]{0,40}) ((?:\u001b\[\d+m)?\d+(?:\u001b\[\d+m)?): ([A-Za-z_]{1,24})?/

/**
 * Covers what Node prints for NODE_DEBUG. Such a line can contain whatever passes through Node:
 * variables of a child, bytes of a password being typed, a token that has just arrived and is not
 * yet known as a secret; truncated, in hexadecimal, over several lines. No search finds all of
 * that, so only the words with which Node's own code begins each line are let through.
 */
export function coverDebugLines(): void {
  const write = process.stderr.write.bind(process.stderr) as (...given: unknown[]) => boolean
  process.stderr.write = (chunk: unknown, ...rest: readonly unknown[]) =>
    write(typeof chunk === 'string' ? cover(chunk) : chunk, ...rest)
}

/** A debug line without its content; any other text as it is, without known secrets. */
function cover(text: string): string {
  const [, section, pid, word] = line.exec(text) ?? []
  if (section === undefined || pid === undefined) return redact(text)
  return `${section} ${pid}: ${word ?? ''} [content not shown]\n`
}
