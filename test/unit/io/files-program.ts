import { openFiles } from '../../../src/io/files/files.ts'

const [, action, path = ''] = /^(\S+) (.*)$/s.exec(process.argv[2] ?? '') ?? []
const files = openFiles()
try {
  if (action === 'read') process.stdout.write(files.read(path, 1_000) ?? 'nothing')
  if (action === 'ensure') files.ensureDirectory(path)
  if (action === 'write') files.write(path, Buffer.from('y'))
} catch (error) {
  process.stdout.write(String(error))
}
