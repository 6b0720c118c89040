#!/usr/bin/env node
'use strict'
const { dirname, join } = require('node:path')
let program
let completes
try {
  // Node 22 and later keep what they have compiled, where they are told to; for those before it, loading
  // this would be time lost.
  const { enableCompileCache } =
    Number.parseInt(process.versions.node, 10) < 22 ? {} : require('node:module')
  if (enableCompileCache === undefined) takeKeptCode()
  else {
    const folder = require('../dist/compile-cache.cjs').prepareCompileCache(process.env)
    if (folder !== undefined) enableCompileCache(folder)
  }
  // A shell completes a line that is being typed: nothing of the program itself is needed.
  completes = process.argv[2] === '__complete'
  program = require(completes ? '../dist/completion.cjs' : '../dist/chunks/entry.cjs')
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error
  const folder = dirname(__dirname)
  process.stderr.write(`tokn: error: tokn is not built yet: npm run build, in ${folder}\n`)
  process.exit(1)
}
if (completes) program.start(process.argv[3], join(__dirname, '../dist'))
else program.start(__filename)

/**
 * Chunks are taken as the build has compiled them (`.config/kept-code.mjs`), where this is the V8 that
 * did: of each the code that it names at its end. What V8 does not take, such as code that was made with
 * other flags, it compiles as ever.
 */
function takeKeptCode() {
  // What is compiled beforehand stays in memory whole: too much for a process that lives on.
  if (process.env.NODE_DISABLE_COMPILE_CACHE || process.argv[2] === 'agent') return
  const { existsSync, readFileSync } = require('node:fs')
  const Module = require('node:module')
  const { versions, platform, arch } = process
  const dist = join(dirname(__dirname), 'dist')
  const chunks = join(dist, 'chunks')
  const kept = join(dist, 'kept', `${versions.v8}-${platform}-${arch}`)
  if (!existsSync(kept)) return
  const { Script } = require('node:vm')
  const compile = Module.prototype._compile
  const read = (text, filename) => {
    if (dirname(filename) !== chunks || text.at(-10) !== '/') return undefined
    const name = filename.slice(chunks.length + 1, -'.cjs'.length)
    try {
      return readFileSync(join(kept, `${name}-${text.slice(-8)}.bin`))
    } catch {
      return undefined
    }
  }
  Module.prototype._compile = function (text, filename, ...rest) {
    const cachedData = read(text, filename)
    if (cachedData === undefined) return compile.call(this, text, filename, ...rest)
    const [before] = Module.wrapper
    const script = new Script(Module.wrap(text), {
      filename,
      columnOffset: -before.length,
      cachedData,
    })
    const load = (id) => this.require(id)
    script.runInThisContext().call(this.exports, this.exports, load, this, filename, chunks)
    return undefined
  }
}
