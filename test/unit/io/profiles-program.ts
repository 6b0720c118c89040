import { openFiles } from '../../../src/io/files/files.ts'
import { createLock } from '../../../src/io/files/lock.ts'
import { openProfiles } from '../../../src/io/profiles/profiles.ts'
import { storeCatalog } from '../../../src/stores/catalog.ts'

// Adds the profiles `<name>-0`, `<name>-1`, ...
const [directory = '', locks = '', name = '', count = '1'] = process.argv.slice(2)
const files = openFiles()
const lock = createLock({ directory: locks, files, command: 'profile' })
const profiles = openProfiles({
  directory,
  files,
  stores: storeCatalog,
  lock: async () => lock,
  timeout: 60_000,
})

async function run(): Promise<void> {
  for (let i = 0; i < Number(count); i++) {
    await profiles.put({
      name: `${name}-${i}`,
      id: '0123456789abcdef',
      provider: 'oz',
      settings: {},
      store: 'memory',
    })
    process.stdout.write('.')
  }
}

void run()
