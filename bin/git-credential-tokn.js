#!/usr/bin/env node
'use strict'
// The name under which git looks for it.
process.argv.splice(2, 0, 'credential', 'git')
require('./tokn.js')
