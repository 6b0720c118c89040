import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { makeUser, tokn } from './worlds.mjs'

const pageSize = 1_000

/**
 * `tokn list --json-lines` of lists of these lengths, at 1,000 tokens a page: lines printed, seconds,
 * and the most memory that the command had, in MiB.
 */
export async function measureStreams(program, folder, lengths) {
  const user = makeUser(folder, 'streams')
  const api = await openApi()
  try {
    const file = join(user.HOME, 'long.json')
    writeFileSync(file, JSON.stringify(definition))
    tokn(program, user, ['provider', 'add', file, '--quiet'])
    await runLine(
      program,
      user,
      ['login', 'long', '-p', 'long', '--base-url', api.url, '--with-token'],
      'a-token',
    )
    const rows = []
    for (const length of lengths) {
      api.length = length
      rows.push({
        length,
        ...(await runLine(program, user, ['list', 'long', '--json-lines', '--timeout', '10m'])),
      })
    }
    return rows
  } finally {
    api.close()
  }
}

/** Asynchronously, since this process is the API. */
function runLine(program, env, args, input = '') {
  const began = performance.now()
  const child = spawn(process.execPath, [program, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input)
  let [lines, peak, said] = [0, 0, '']
  child.stderr.on('data', (chunk) => (said += chunk))
  child.stdout.on('data', (chunk) => {
    for (const byte of chunk) if (byte === 10) lines++
    peak = Math.max(peak, peakOf(child.pid))
  })
  return new Promise((resolve, reject) => {
    child.once('close', (status) => {
      if (status !== 0) return reject(new Error(`${args[0]} ended with ${status}: ${said}`))
      resolve({ lines, seconds: (performance.now() - began) / 1_000, megabytes: peak / 1_024 })
    })
  })
}

function peakOf(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    // It has ended meanwhile.
    return 0
  }
}

function openApi() {
  const api = { length: 0, url: '', close: () => server.close() }
  const server = createServer((request, response) => {
    const from = Number(new URL(request.url, 'http://api').searchParams.get('after') ?? 0)
    const count = Math.min(pageSize, api.length - from)
    const items = Array.from({ length: count }, (_, index) => ({
      id: `t-${from + index}`,
      name: 'job',
    }))
    const next = from + count < api.length ? String(from + count) : undefined
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ items, next }))
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      api.url = `http://127.0.0.1:${server.address().port}`
      resolve(api)
    })
  })
}

const definition = {
  id: 'long',
  title: 'Long',
  docs: 'https://example.com/docs',
  fields: [],
  rotation: 'none',
  attach: { headers: { Authorization: 'Bearer {access}' } },
  list: {
    request: { method: 'GET', path: '/tokens' },
    reply: { items: 'items', id: 'id', name: 'name' },
    pages: { cursor: 'next', query: 'after' },
  },
  pasted: { expiry: 'unknown' },
}
