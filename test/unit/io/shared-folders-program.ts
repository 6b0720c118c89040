import { openFiles } from '../../../src/io/files/files.ts'
import { locatePaths } from '../../../src/io/files/paths.ts'
import { createUserLock } from '../../../src/io/files/user-lock.ts'
import { restsInData } from '../../../src/stores/catalog.ts'

// Says where this process keeps what is shared; with an entry, takes the lock of that first.
const [entry = ''] = process.argv.slice(2)

async function run(): Promise<string> {
  const paths = locatePaths(process.env)
  if (entry !== '') {
    const lock = createUserLock({ paths, files: openFiles(), command: 'test', restsInData })
    await (await lock(entry, 1_000)).release()
  }
  return paths.common
}

void run().then(
  (text) => process.stdout.write(text),
  (error: unknown) => process.stdout.write(String(error)),
)
