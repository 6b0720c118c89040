import { askBeforehand } from './app/ask-beforehand.ts'
import type { Beforehand } from './app/agent-question.ts'
import { writeAll } from './io/terminal/write-all.ts'

/**
 * Runs the program and ends the process: what an agent can answer at once is answered, and for all else
 * the program is loaded. `program` is the path of the executable, to start it anew for what has to
 * outlive this process.
 */
export function start(program: string): void {
  // Without a listener this signal would open a debugger, to which any local user can connect.
  process.on('SIGUSR1', () => undefined)
  void answer(program)
}

async function answer(program: string): Promise<void> {
  const asked = await askBeforehand(process.argv.slice(2), process.env).catch(() => undefined)
  if (asked?.text === undefined) return await load(program, asked)
  try {
    writeAll(1, asked.text)
  } catch (failure) {
    return await load(program, { ...asked, failure })
  }
  process.exit(0)
}

async function load(program: string, beforehand: Beforehand | undefined): Promise<void> {
  const main = await import('./main.ts')
  main.start(program, beforehand)
}
