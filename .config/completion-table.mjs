import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

// What the commands are is known when they are built: a shell that asks what can be typed next is
// answered from this, without any of them.
export const completionTable = {
  name: 'completion-table',
  async writeBundle({ dir }) {
    const { makeCompletionTable } = createRequire(import.meta.url)(
      join(dir, 'completion-table.cjs'),
    )
    const table = await makeCompletionTable()
    writeFileSync(join(dir, 'completion.json'), `${JSON.stringify(table)}\n`)
  },
}
