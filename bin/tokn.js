#!/usr/bin/env node
'use strict'
let program
let completes
try {
  // Node 22 and later keep what they have compiled, where they are told to; for those before it, loading
  // this would be time lost.
  const { enableCompileCache } =
    Number.parseInt(process.versions.node, 10) < 22 ? {} : require('node:module')
  if (enableCompileCache !== undefined) {
    const folder = require('../dist/compile-cache.cjs').prepareCompileCache(process.env)
    if (folder !== undefined) enableCompileCache(folder)
  }
  // A shell completes a line that is being typed: nothing of the program itself is needed.
  completes = process.argv[2] === '__complete'
  program = require(completes ? '../dist/completion.cjs' : '../dist/chunks/entry.cjs')
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error
  const folder = require('node:path').dirname(__dirname)
  process.stderr.write(`tokn: error: tokn is not built yet: npm run build, in ${folder}\n`)
  process.exit(1)
}
if (completes) program.start(process.argv[3], require('node:path').join(__dirname, '../dist'))
else program.start(__filename)
