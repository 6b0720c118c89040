'use strict'
// Loaded before the program: what it runs on has no hard links, as vfat and exFAT have none.
const fs = require('node:fs')

fs.linkSync = (from, to) => {
  throw Object.assign(new Error(`EPERM: operation not permitted, link '${from}' -> '${to}'`), {
    code: 'EPERM',
    syscall: 'link',
  })
}
