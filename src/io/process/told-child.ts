import type { ChildRequest } from '../../core/process.ts'
import { makeNamedPipe } from '../files/named-pipe.ts'
import type { Streams } from './checked-child.ts'

/** Runs the program of a request with these arguments; gives its exit status. */
export type RunWith = (
  args: readonly string[],
  request: ChildRequest,
  streams: Streams,
) => Promise<number>

/** Runs a program that is told something: by its standard input, or by a pipe with a name. */
export async function runTold(
  request: ChildRequest,
  run: RunWith,
  streams: Streams = {},
): Promise<number> {
  if (request.pipe === undefined) return await run(request.args, request, streams)
  const { at, text, input } = request.pipe
  const told = (place: string) => request.args.toSpliced(at, 0, place)
  if (input) return await run(told('-'), request, { ...streams, input: text })
  const pipe = makeNamedPipe()
  const over = new AbortController()
  try {
    const fed = pipe.feed(text, over.signal)
    const status = await run(told(pipe.path), request, streams)
    over.abort()
    await fed
    return status
  } finally {
    over.abort()
    pipe.remove()
  }
}
