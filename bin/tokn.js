#!/usr/bin/env node
'use strict'
let program
try {
  program = require('../dist/main.cjs')
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error
  const folder = require('node:path').dirname(__dirname)
  process.stderr.write(`tokn: error: tokn is not built yet: npm run build, in ${folder}\n`)
  process.exit(1)
}
program.start(__filename)
