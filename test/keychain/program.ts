import { createInterface } from 'node:readline'
import { isToknError } from '../../src/core/errors.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/ports.ts'
import { openFiles } from '../../src/io/files/files.ts'
import { runProgram } from '../../src/io/process/run-program.ts'
import { openFileStore } from '../../src/stores/file.ts'
import { isCallBlocked } from '../../src/stores/keychain/blocked-calls.ts'
import { openKeychain } from '../../src/stores/keychain.ts'
import { openPass } from '../../src/stores/pass.ts'

/**
 * Does to a store what standard input says, a line each, and answers with a line each. The first
 * error ends it the way the product's own main does.
 */
const [kind = '', directory = ''] = process.argv.slice(2)
const stores: Readonly<Record<string, () => Store>> = {
  keychain: () => openKeychain(),
  file: () =>
    openFileStore({
      directory,
      files: openFiles(),
      key: new Secret(Buffer.alloc(32, 7).toString('base64url')),
    }),
  pass: () =>
    openPass({
      files: openFiles(),
      environment: process.env,
      run: async (program) => await runProgram(program, process.env),
    }),
}
const open = stores[kind]
if (open === undefined) throw new Error(`no store "${kind}"`)
const store = open()

process.on('SIGTERM', () => {
  process.stdout.write('SIGTERM\n')
})

async function perform(line: string): Promise<string> {
  const [operation, id = '', generation = '', size = ''] = line.split(' ')
  if (operation === 'read') return (await store.read(id)) ?? '(none)'
  if (operation === 'remove') return String(await store.remove(id))
  if (operation === 'key') return Buffer.from(await store.sealingKey()).toString('hex')
  if (operation === 'write') {
    await store.write(id, Number(generation), textOf(Number(generation), Number(size)))
    return 'written'
  }
  for (let next = Number(generation); ; next++) {
    await store.write(id, next, textOf(next, Number(size)))
    process.stdout.write(`${next}\n`)
  }
}

function textOf(generation: number, size: number): string {
  return JSON.stringify({ generation, filling: String(generation % 10).repeat(size) })
}

async function main(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${await perform(line)}\n`)
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const known = isToknError(error)
    const words = known ? `${error.code}: ${error.message}; ${error.hint ?? ''}` : String(error)
    process.stderr.write(`${words}\n`, () => {
      if (isCallBlocked()) process.kill(process.pid, 'SIGKILL')
      process.exit(known ? error.exit : 1)
    })
  },
)
