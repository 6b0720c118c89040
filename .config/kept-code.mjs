import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import Module from 'node:module'
import { basename, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'

// What a token takes, compiled by the Node that builds: half of what such a token costs from a store for
// many machines is compiling. A job that runs once has no folder of its own for compiled code, and may
// leave none. `bin/tokn.js` takes it where the very same V8 runs. V8 compares no more than the length of a
// text, so a chunk says at its end which code was made of it, and the code has that name.

/** The chunks that a good token takes, and who waits for a new one. */
const chunks = [
  ...['entry', 'agent-wire', 'start', 'file-store', 'keychain', 'exec', 'env', 'requests'],
  ...['rolldown-runtime', 'shared', 'redis', 'postgres', 'etcd', 'http', 'send-plainly'],
  ...[
    'asking',
    'often',
    'provider',
    'seldom',
    'seldom-shared',
    'seldom-redis',
    'lock',
    'login',
    'refresh',
  ],
]

export const keepCode = {
  name: 'kept-code',
  writeBundle({ dir }, bundle) {
    const { versions, platform, arch } = process
    const folder = join(dir, 'kept', `${versions.v8}-${platform}-${arch}`)
    mkdirSync(folder, { recursive: true })
    const files = new Map(Object.keys(bundle).map((file) => [basename(file, '.cjs'), file]))
    for (const name of chunks) {
      const file = files.get(name)
      if (file === undefined) throw new Error(`no chunk is called ${name} any more`)
      const path = join(dir, file)
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 8)
      appendFileSync(path, `//${digest}`)
      writeFileSync(join(folder, `${name}-${digest}.bin`), compile(path))
    }
  },
}

/** All functions of it: who reads the code compiles none of them. */
function compile(filename) {
  const source = Module.wrap(readFileSync(filename, 'utf8'))
  // The code says with which flags it was made, and is not taken with others.
  setFlagsFromString('--no-lazy')
  const script = new Script(source, { filename })
  setFlagsFromString('--lazy')
  return script.createCachedData()
}
