/** The words of a line; one in single quotes may hold blanks. */
export function readWords(text: string): readonly string[] {
  const found = text.matchAll(/'([^']*)'|(\S+)/g)
  return [...found].map((match) => match[1] ?? match[2] ?? '')
}

/** Whether `text` is what `pattern` shows: "..." in a line is any text, alone it is any lines. */
export function isLike(text: string, pattern: readonly string[]): boolean {
  const lines = pattern.map((line) =>
    line === '...' ? '(?:.*\\n)*?' : `${line.split('...').map(escape).join('.*')}\\n`,
  )
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return new RegExp(`^${lines.join('')}$`).test(whole)
}

function escape(text: string): string {
  return text.replace(/[|\\{}()[\]^$+*?.]/g, '\\$&')
}

/** What stands at `path` (`a.0.b`) in JSON. */
export function lookUp(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((found, key) => {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    return (found as Record<string, unknown>)[key]
  }, value)
}

/** A value as a story writes it: JSON, else the words themselves. */
export function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
