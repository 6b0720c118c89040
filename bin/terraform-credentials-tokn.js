#!/usr/bin/env node
'use strict'
// The name under which terraform looks for it.
process.argv.splice(2, 0, 'credential', 'terraform')
require('./tokn.js')
