// Required before the program: writes the folder in which Node is told to keep compiled code to
// CACHE_FILE, and keeps none.
'use strict'
const Module = require('node:module')
const { appendFileSync } = require('node:fs')
Module.enableCompileCache = (folder) => appendFileSync(process.env.CACHE_FILE, `${folder}\n`)
