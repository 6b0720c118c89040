import { ToknError } from '../../../core/errors.ts'
import { words } from '../../../messages/words.ts'

/** What git says of a credential. What is empty was not said, or was taken back. */
export interface GitAttributes {
  /** The names in front of a `=`, each with the last value; none ends in `[]`. */
  readonly single: ReadonlyMap<string, string>
  /** Those that end in `[]`, without that, each with all values. */
  readonly lists: ReadonlyMap<string, readonly string[]>
}

/**
 * What decides of an answer, or stands in it. All else may be anything: a server can have written the
 * rest, such as a realm in Latin-1, and a path names a file in whatever a file system takes.
 */
const isAnswered: ReadonlySet<string> = new Set(['protocol', 'host', 'username'])

/** The characters of all lines that are read at most. */
const limit = 65_536

/**
 * Reads attributes up to an empty line or the end of input (git-credential(1), INPUT/OUTPUT FORMAT).
 * Throws `usage` for what is none.
 */
export async function readAttributes(lines: AsyncIterable<string>): Promise<GitAttributes> {
  const single = new Map<string, string>()
  const lists = new Map<string, readonly string[]>()
  let left = limit
  for await (const line of lines) {
    if (line === '') break
    left -= line.length + 1
    if (left < 0) throw new ToknError('usage', words.credentialGit.tooMuch(limit))
    const at = line.indexOf('=')
    // A line may be a password, and is not quoted.
    if (at < 1) throw new ToknError('usage', words.credentialGit.noAttribute())
    const [key, value] = [line.slice(0, at), line.slice(at + 1)]
    if (isAnswered.has(key)) requireText(value)
    const name = /^(.+)\[\]$/.exec(key)?.[1]
    if (name !== undefined) lists.set(name, value === '' ? [] : [...(lists.get(name) ?? []), value])
    else if (key === 'url') takeUrl(single, value)
    else single.set(key, value)
  }
  return { single, lists }
}

/** As git does: its parts replace all that was said before of the same, those that it lacks as well. */
function takeUrl(single: Map<string, string>, url: string): void {
  const [, protocol, user, password, host, path] =
    /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:([^/?#@:]*)(?::([^/?#@]*))?@)?([^/?#@]*)(?:\/+([^]*?)\/*)?$/.exec(
      url,
    ) ?? []
  if (protocol === undefined) throw new ToknError('usage', words.credentialGit.noUrl())
  for (const [name, part] of Object.entries({ protocol, username: user, password, host, path })) {
    if (part === undefined || (name === 'path' && part === '')) single.delete(name)
    else single.set(name, name === 'path' ? part : decode(part))
  }
}

function decode(part: string): string {
  let text: string
  try {
    text = decodeURIComponent(part)
  } catch {
    throw new ToknError('usage', words.credentialGit.noUrl())
  }
  requireText(text)
  return text
}

function requireText(value: string): void {
  if (!/[\u0000-\u001f\u007f\ufffd]/.test(value)) return
  throw new ToknError('usage', words.credentialGit.notText())
}
