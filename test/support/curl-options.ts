import { execFileSync } from 'node:child_process'

/** An option of the curl that is installed, as its own help tells it. */
export interface ListedOption {
  /** Without dashes; `no-buffer` is listed so. */
  readonly name: string
  readonly letter: string | undefined
  readonly takesValue: boolean
}

/** Every option that the installed curl lists. */
export function listOptions(): readonly ListedOption[] {
  const help = execFileSync('curl', ['--help', 'all'], { encoding: 'utf8' })
  return help.split('\n').flatMap((line) => {
    const match = /^\s+(?:-(\S), )?\s*--([a-z0-9.-]+)( [<[])?/.exec(line)
    const [, letter, name, value] = match ?? []
    return name === undefined ? [] : [{ name, letter, takesValue: value !== undefined }]
  })
}

/**
 * What curl makes of words after its configuration: `undefined` as soon as one is not an option by its
 * whole name, or the value of such a one. Knows nothing but curl's own help.
 */
export function readAsCurl(
  words: readonly string[],
  listed: readonly ListedOption[],
): ReadonlyArray<readonly [name: string, value: string | undefined]> | undefined {
  const kinds = new Map(
    listed.map(({ name, takesValue }) => [name.replace(/^no-/, ''), takesValue]),
  )
  const read: Array<readonly [string, string | undefined]> = []
  for (let at = 0; at < words.length; at++) {
    const name = /^--([a-z].*)$/.exec(words[at] ?? '')?.[1]
    const takesValue = name === undefined ? undefined : kinds.get(name.replace(/^no-/, ''))
    if (name === undefined || takesValue === undefined) return undefined
    if (takesValue && at + 1 === words.length) return undefined
    read.push([name, takesValue ? words[++at] : undefined])
  }
  return read
}
