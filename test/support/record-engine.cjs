// Required after record-loads.cjs: writes to FLAGS_FILE, when the process ends, which flags of the
// engine it set, and what was loaded for the first time after the first of them.
'use strict'
const { writeFileSync } = require('node:fs')
const Module = require('node:module')
const v8 = require('node:v8')

const flags = []
const known = new Set()
const later = []
const set = v8.setFlagsFromString
v8.setFlagsFromString = function (flag) {
  flags.push(flag)
  return set.call(this, flag)
}
const load = Module._load
Module._load = function (request, ...rest) {
  if (flags.length > 0 && !known.has(request)) later.push(request)
  known.add(request)
  return load.call(this, request, ...rest)
}
const target = process.env.FLAGS_FILE
delete process.env.FLAGS_FILE
process.on('exit', () => writeFileSync(target, JSON.stringify({ flags, later })))
