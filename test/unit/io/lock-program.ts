import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { openFiles } from '../../../src/io/files/files.ts'
import { createLock } from '../../../src/io/files/lock.ts'

// Enters the same critical section again and again; the log is the witness. With `hold`, once.
const [directory = '', log = '', mode = ''] = process.argv.slice(2)
const lock = createLock({ directory, files: openFiles(), command: 'refresh' })

async function run(): Promise<void> {
  for (;;) {
    const held = await lock('entry', 60_000)
    const write = (what: string) => appendFileSync(log, `${held.fence} ${process.pid} ${what}\n`)
    write('enter')
    if (mode === 'hold') {
      process.stdout.write('held\n')
      await delay(600_000)
    }
    for (let i = 0; i < 3; i++) {
      if (Math.random() < 0.3) await delay(Math.random() * 3)
      write('work')
    }
    if (!(await held.stillHeld())) write('lost')
    write('leave')
    await held.release()
  }
}

void run()
