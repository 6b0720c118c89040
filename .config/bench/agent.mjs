import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { median } from './timing.mjs'
import { login, makeUser, openSandbox, tokn } from './worlds.mjs'

const connections = 10

/** Answers with as many bytes as the agent does. */
const bare = `
const server = require('node:http').createServer((_, response) => response.end(process.argv[2]))
server.listen(process.argv[1], () => process.stdout.write('listening'))`

/** Sends requests over `connections` connections, each after the answer to the one before. */
export async function load(path, target, { seconds, requests }) {
  const end = performance.now() + (seconds ?? 3_600) * 1_000
  const times = new Float64Array(requests ?? 4_000_000)
  const head = `GET ${target} HTTP/1.1\r\nHost: tokn\r\n\r\n`
  let done = 0
  const startedAt = performance.now()
  const one = () =>
    new Promise((resolve, reject) => {
      const socket = connect(path)
      let sentAt = 0
      let length = 0
      const send = () => {
        sentAt = performance.now()
        length = 0
        socket.write(head)
      }
      socket.on('connect', send)
      socket.on('error', reject)
      socket.on('data', (chunk) => {
        if (length === 0) {
          const text = chunk.toString('latin1')
          if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(text.slice(0, 200)))
          const [, body] = /content-length: (\d+)/i.exec(text)
          length = text.indexOf('\r\n\r\n') + 4 + Number(body)
        }
        length -= chunk.length
        if (length > 0) return
        const now = performance.now()
        times[done++] = now - sentAt
        if (now < end && done < times.length - connections) send()
        else socket.end(resolve)
      })
    })
  await Promise.all(Array.from({ length: connections }, one))
  const sorted = times.subarray(0, done).sort()
  return {
    rate: done / ((performance.now() - startedAt) / 1_000),
    p99: sorted[Math.floor(done * 0.99)],
  }
}

/** MiB of memory that a process occupies. */
function occupied(pid) {
  const [, size] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
  return size / 1_024
}

/**
 * The agent beside a bare server of node:http at a socket, in rounds by turns: its requests a second
 * and its 99th percentile as parts of the other's, and MiB that it occupies before a million requests
 * and after each tenth of them.
 */
export async function measureAgent(
  program,
  folder,
  { seconds = 15, rounds = 15, requests = 1e6 } = {},
) {
  const user = makeUser(folder, 'agent')
  const environment = { ...user, XDG_RUNTIME_DIR: join(user.HOME, 'run') }
  const sandbox = await openSandbox(program, environment, ['--ttl', '2h'])
  const children = []
  try {
    login(program, environment, sandbox)
    const token = tokn(program, environment, ['token', 'web']).trim()
    const plain = join(user.HOME, 'plain.sock')
    await told(start(['-e', bare, plain, `${token}\n`], environment, children).stdout)
    // Not `agent start`: a session of its own would have a share of the processors of its own.
    const flags = ['--max-semi-space-size=1']
    const agent = start([...flags, program, 'agent', 'run'], environment, children)
    await told(agent.stderr)
    const socket = join(environment.XDG_RUNTIME_DIR, 'tokn/agent.sock')
    const rows = []
    for (let round = 0; round <= rounds; round++) {
      const peer = await load(plain, '/token/web', { seconds: seconds / 2 / rounds })
      const ours = await load(socket, '/token/web', { seconds: seconds / 2 / rounds })
      // The first round is that of compilers.
      if (round > 0)
        rows.push({ rate: ours.rate / peer.rate, p99: ours.p99 / peer.p99, ours, peer })
    }
    const sizes = [occupied(agent.pid)]
    for (let part = 0; part < 10; part++) {
      await load(socket, '/token/web', { requests: requests / 10 })
      sizes.push(occupied(agent.pid))
    }
    return {
      rate: median(rows.map((row) => row.rate)),
      p99: median(rows.map((row) => row.p99)),
      perSecond: median(rows.map(({ ours }) => ours.rate)),
      sizes,
    }
  } finally {
    for (const child of children) child.kill()
    sandbox.close()
  }
}

function start(args, environment, children) {
  const child = spawn(process.execPath, args, { env: environment })
  children.push(child)
  return child
}

/** Waits for the first that a process says. */
function told(stream) {
  return new Promise((resolve) => stream.once('data', resolve))
}
