#!/usr/bin/env node
'use strict'
// pnpm can say neither arguments nor whom it asks for: a program of its own, for its tokenHelper.
process.argv.splice(2, 0, 'credential', 'pnpm')
require('./tokn.js')
