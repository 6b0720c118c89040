// Values in the files of GitHub, as a runner reads them.

/** What expressions can name. */
export type Contexts = Readonly<Record<string, unknown>>

/** `secrets.NAME` and the like; nothing there is empty. */
export function look(path: string, contexts: Contexts): string {
  let value: unknown = contexts
  for (const part of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[part]
  return String(value ?? '')
}

export function fill(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, path: string) => look(path, contexts))
}

export function fillAll(
  values: Readonly<Record<string, unknown>>,
  contexts: Contexts,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, fill(String(value), contexts)]),
  )
}

/** Lines `NAME=value`, and blocks from `NAME<<mark` to `mark`. Throws for anything else. */
export function readCommands(text: string): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {}
  const lines = text.split('\n')
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [, name, mark] = /^([^=<]+)<<(.+)$/.exec(line) ?? []
    const at = line.indexOf('=')
    if (name !== undefined && mark !== undefined) {
      variables[name] = lines.splice(0, lines.indexOf(mark)).join('\n')
      lines.shift()
    } else if (at > 0) variables[line.slice(0, at)] = line.slice(at + 1)
    else if (line !== '') throw new Error(`the runner does not know what this is: ${line}`)
  }
  return variables
}
