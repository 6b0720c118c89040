import type { CallReply } from '../../core/call-refusals.ts'
import { mayReadInput, type CurlArguments, type CurlOption } from './arguments.ts'

// With these the second run would not do what the first did: the file of the first is in its way.
const onceOnly = /^(no-clobber|skip-existing|continue-at|remote-header-name)$/

/** Whether a request can be made twice: it is one alone, and nothing of it is read from a stream. */
export function mayRepeat({ urls, options }: CurlArguments): boolean {
  return urls.length === 1 && !mayReadInput(options) && !options.some(isOnceOnly)
}

function isOnceOnly({ name }: CurlOption): boolean {
  return onceOnly.test(name)
}

/** Whether curl prints the heads of an answer before its body. */
export function printsHead(options: readonly CurlOption[]): boolean {
  return options.some(({ name }) => /^(include|show-headers)$/.test(name))
}

/** Whether the body of an answer goes to a file. */
export function printsElsewhere(options: readonly CurlOption[]): boolean {
  return options.some(({ name, value }) => {
    if (name === 'output') return value !== '-'
    return /^(remote-name|remote-name-all|out-null|head)$/.test(name)
  })
}

/** The answer as the provider's rules look at it. */
export function replyOf(head: string, body?: string): CallReply {
  const [first = '', ...lines] = head.split(/\r?\n/)
  const headers = lines.flatMap((line) => {
    const at = line.indexOf(':')
    return at < 1 ? [] : [[line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const]
  })
  return { status: Number(/^HTTP\/\S+ (\d{3})/.exec(first)?.[1]), headers, body }
}
