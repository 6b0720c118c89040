// Required before the program: writes to LOADS_FILE, when the process ends, which files it loaded,
// where it connected to, which files named .tokn it looked for, which it opened, and how often it asked
// the system who its user is; what of Node itself it took besides, under the names that Node has; and
// which files were taken as the build has compiled them, and which were to be and were not.
'use strict'
const fs = require('node:fs')
const { writeFileSync } = fs
const Module = require('node:module')
const net = require('node:net')

const before = new Set(process.moduleLoadList)
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
const os = require('node:os')
let users = 0
const { userInfo } = os
os.userInfo = (...given) => {
  users++
  return userInfo(...given)
}
const looks = []
for (const name of ['lstatSync', 'statSync', 'openSync', 'readFileSync', 'existsSync']) {
  const real = fs[name]
  fs[name] = function (path, ...rest) {
    if (/[\\/]\.tokn$/.test(String(path))) looks.push(`${name} ${path}`)
    return real.call(this, path, ...rest)
  }
}
const opened = []
const open = fs.openSync
fs.openSync = function (path, ...rest) {
  opened.push(String(path))
  return open.call(this, path, ...rest)
}
const vm = require('node:vm')
const [kept, compiled] = [[], []]
const { Script } = vm
vm.Script = function (text, options) {
  const script = new Script(text, options)
  if (options?.cachedData) (script.cachedDataRejected ? compiled : kept).push(options.filename)
  return script
}
const target = process.env.LOADS_FILE
delete process.env.LOADS_FILE
process.on('exit', () => {
  const within = process.moduleLoadList.filter((name) => !before.has(name))
  const found = { files: [...files], connections, looks, opened, users, within, kept, compiled }
  writeFileSync(target, JSON.stringify(found))
})
