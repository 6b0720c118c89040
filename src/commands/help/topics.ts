import type { Context } from '../context.ts'
import type { Topic } from '../help.ts'
import { environmentItems } from './environment.ts'
import { exitCodeItems } from './exit-codes.ts'
import { layOut, type Block } from './layout.ts'

const topics: Readonly<Record<Topic, (context: Context) => readonly Block[]>> = {
  'exit-codes': () => [{ items: exitCodeItems() }],
  environment: () => [{ items: environmentItems() }],
}

/** The text of `tokn help TOPIC`, in lines of at most `width` characters. */
export async function printTopic(topic: Topic, context: Context, width: number): Promise<string> {
  return layOut(await topics[topic](context), width)
}
