#!/usr/bin/env node
'use strict'
// The name under which cargo looks for it.
process.argv.splice(2, 0, 'credential', 'cargo')
require('./tokn.js')
