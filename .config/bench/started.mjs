import { spawn } from 'node:child_process'

/** Starts a program that runs until `close`, and waits for what `ready` finds in its output. */
export function start(line, { env, input = '', ready }) {
  const [program, ...args] = line
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(input)
  let said = ''
  const found = new Promise((resolve, reject) => {
    const look = (chunk) => {
      said += chunk
      const value = ready(said)
      if (value !== undefined) resolve(value)
    }
    child.stdout.on('data', look)
    child.stderr.on('data', look)
    child.once('error', reject)
    child.once('exit', (status) =>
      reject(new Error(`${line.join(' ')} ended with ${status}: ${said}`)),
    )
  })
  const close = () => void child.kill('SIGTERM')
  return found.then(
    (value) => ({ value, close }),
    (error) => {
      close()
      throw error
    },
  )
}
