'use strict'

// Loaded before the program: after each refusal of what was typed it stands still for a while, as on a
// machine that is busy, so that a person answers before the next question is there.

const fs = require('node:fs')

const write = fs.writeSync
fs.writeSync = (descriptor, data, ...rest) => {
  const written = write(descriptor, data, ...rest)
  if (/is expected alone/.test(String(data))) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
  }
  return written
}
