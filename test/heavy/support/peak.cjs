'use strict'
// Loaded before the program: writes the most memory that the process ever held, in bytes.
const { writeFileSync } = require('node:fs')

process.on('exit', () => {
  writeFileSync(process.env.TOKN_TEST_PEAK, String(process.resourceUsage().maxRSS * 1024))
})
