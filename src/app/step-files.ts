import type { StepFiles } from '../commands/output/step-files.ts'
import { ToknError } from '../core/errors.ts'
import { appendStepVariable, checkStepVariables } from '../io/files/step-variables.ts'
import type { Environment } from '../io/files/paths.ts'
import { words } from '../messages/words.ts'

// What a runner takes from no file: its own variables, and what Node of every later step would read.
const kept = /^(?:GITHUB_.*|RUNNER_.*|NODE_OPTIONS)$/i

/** The files by which a step of a job of GitHub Actions tells later ones of variables. */
export function openStepFiles(environment: Environment): StepFiles {
  const paths = ['GITHUB_ENV', 'GITHUB_OUTPUT'].flatMap((name) => environment[name] || [])
  return {
    check: (variable) => {
      if (paths.length === 0) throw new ToknError('usage', words.formats.noStepFiles())
      if (kept.test(variable)) throw new ToknError('usage', words.formats.keptByRunner(variable))
      for (const path of paths) checkStepVariables(path)
    },
    append: (variable, value) => {
      for (const path of paths) appendStepVariable(path, variable, value)
    },
  }
}
