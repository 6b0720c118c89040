#!/usr/bin/env node
'use strict'
// The name under which docker looks for it.
process.argv.splice(2, 0, 'credential', 'docker')
require('./tokn.js')
