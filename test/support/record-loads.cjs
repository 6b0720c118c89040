// Required before the program: writes to LOADS_FILE, when the process ends, which files it loaded,
// where it connected to, and which files named .tokn it looked for.
'use strict'
const fs = require('node:fs')
const { writeFileSync } = fs
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
const looks = []
for (const name of ['lstatSync', 'statSync', 'openSync', 'readFileSync', 'existsSync']) {
  const real = fs[name]
  fs[name] = function (path, ...rest) {
    if (/[\\/]\.tokn$/.test(String(path))) looks.push(`${name} ${path}`)
    return real.call(this, path, ...rest)
  }
}
const target = process.env.LOADS_FILE
delete process.env.LOADS_FILE
process.on('exit', () => {
  writeFileSync(target, JSON.stringify({ files: [...files], connections, looks }))
})
