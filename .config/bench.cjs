'use strict'
// Start-up times as ratios to a bare Node in the same round, so that a machine whose speed drifts
// does not matter. `npm run bench [rounds]`; the sandbox and an encrypted store in a temporary folder.
const { spawn, spawnSync } = require('node:child_process')
const { randomBytes } = require('node:crypto')
const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const program = join(__dirname, '../bin/tokn.js')
const rounds = Number(process.argv[2] ?? 40)
const folder = mkdtempSync(join(tmpdir(), 'tokn-bench-'))
const environment = {
  PATH: process.env.PATH,
  HOME: folder,
  TOKN_CONFIG_DIR: join(folder, 'config'),
  XDG_STATE_HOME: join(folder, 'state'),
  XDG_DATA_HOME: join(folder, 'data'),
  TOKN_STORE: 'file',
  TOKN_STORE_KEY: randomBytes(32).toString('base64url'),
}

const commands = {
  'token, good, from an encrypted file': ['token', 'web'],
  'header, good, from an encrypted file': ['header', 'web'],
  'token --json': ['token', 'web', '--json'],
  '--help': ['--help'],
  'list --local': ['list', '--local'],
  'refresh, one request to this machine': ['refresh', 'web', '--quiet'],
}

main().finally(() => rmSync(folder, { recursive: true, force: true }))

async function main() {
  const sandbox = spawn(process.execPath, [program, 'sandbox', 'hosterby', '--json'], {
    env: environment,
  })
  try {
    const { base_url: url, credentials } = await started(sandbox)
    for (const [name, value] of Object.entries(credentials))
      environment[`TOKN_${name.toUpperCase()}`] = value
    run(['login', 'web', '--provider', 'hosterby', '--base-url', url])
    const ratios = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
    for (let round = 0; round <= rounds; round++) {
      const bare = time(['-e', '0'])
      for (const [name, args] of Object.entries(commands)) {
        const ratio = time([program, ...args]) / bare
        // The first round warms the file cache.
        if (round > 0) ratios[name].push(ratio)
      }
    }
    process.stdout.write(
      `ratio to \`node -e 0\`, Node ${process.version}, ${rounds} rounds: median (lowest to highest)\n`,
    )
    for (const [name, values] of Object.entries(ratios)) {
      const sorted = values.sort((a, b) => a - b)
      const median = sorted[Math.floor(sorted.length / 2)]
      process.stdout.write(
        `${median.toFixed(2)}  (${sorted[0].toFixed(2)} to ${sorted.at(-1).toFixed(2)})  ${name}\n`,
      )
    }
  } finally {
    sandbox.kill()
  }
}

function started(sandbox) {
  return new Promise((resolve, reject) => {
    let text = ''
    sandbox.once('error', reject)
    sandbox.stdout.on('data', (chunk) => {
      text += chunk
      try {
        resolve(JSON.parse(text).apis[0])
      } catch {
        // Not all of it yet.
      }
    })
  })
}

function time(args) {
  const began = process.hrtime.bigint()
  const { status } = spawnSync(process.execPath, args, {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`)
  return Number(process.hrtime.bigint() - began)
}

function run(args) {
  const { status } = spawnSync(process.execPath, [program, ...args, '--quiet'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error(`tokn ${args[0]} ended with ${status}`)
}
