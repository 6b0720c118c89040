#!/usr/bin/env node
'use strict'
// Bazel names a program, and no arguments of it.
process.argv.splice(2, 0, 'credential', 'bazel')
require('./tokn.js')
