// Required before the program: writes to LOADS_FILE, when the process ends, which files it loaded and
// where it connected to.
'use strict'
const { writeFileSync } = require('node:fs')
const Module = require('node:module')
const net = require('node:net')

const files = new Set()
const connections = []
const load = Module._load
Module._load = function (request, parent, ...rest) {
  const path = Module.isBuiltin(request) ? request : Module._resolveFilename(request, parent)
  files.add(path)
  return load.call(this, request, parent, ...rest)
}
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...given) {
  connections.push(JSON.stringify(given[0]))
  return connect.apply(this, given)
}
const target = process.env.LOADS_FILE
delete process.env.LOADS_FILE
process.on('exit', () => {
  writeFileSync(target, JSON.stringify({ files: [...files], connections }))
})
