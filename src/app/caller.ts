import type { Caller } from '../commands/credential/caller.ts'
import { namesJob } from '../io/agent/locate.ts'
import { readLines } from '../io/terminal/input-lines.ts'
import { isOn } from '../io/terminal/terminal.ts'
import type { Invocation } from './context.ts'
import { report } from './report.ts'

export function openCaller(
  { environment, words, warnings, hints }: Invocation,
  explain: (error: unknown) => unknown,
  restartTime: () => unknown,
): Caller {
  return {
    variable: (name) => environment[name],
    debug: isOn(environment, 'TOKN_DEBUG'),
    restartTime,
    namesJob: namesJob(environment),
    inputLines: async function* () {
      yield* readLines()
    },
    // What is told with one error is not told again at the end.
    fail: (error) => report(explain(error), words, warnings.splice(0), hints),
  }
}
