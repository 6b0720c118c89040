import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Files that take longest, or wait longest for a deadline. On a machine that has never run them,
// vitest would begin with the largest, and end with one of these while a processor has nothing to do.
const longest = [
  ...['bodies', 'stopped', 'lives', 'disk', 'kills', 'refresher-kills', 'leaks', 'login-faults'],
  ...['login', 'environment', 'real-debian', 'foreign-text', 'switches', 'real-npm', 'unanswered'],
  ...['stories', 'odd-answers', 'clock', 'profiles'],
]

/** Begins with the files that take longest; the others are in the order that vitest gives. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = longest.indexOf(basename(moduleId).replace(/(\.long)?\.test\.ts$/, ''))
      return at < 0 ? longest.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}
