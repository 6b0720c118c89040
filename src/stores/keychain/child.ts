import { spawn } from 'node:child_process'
import { environmentOfOwnChildren } from '../../core/environment.ts'
import { isObject } from '../../core/json.ts'
import { explainMissing, locateKeytar } from './keytar.ts'
import { NoAnswer } from './limit.ts'

export type Operation = 'getPassword' | 'setPassword' | 'deletePassword'

const script = `
let text = ''
process.stdin.setEncoding('utf8').on('data', (part) => { text += part }).on('end', async () => {
  let reply
  try {
    const [operation, ...values] = JSON.parse(text)
    reply = { value: await require(process.argv[1])[operation](...values) }
  } catch (error) {
    reply = { error: String(error && error.message) }
  }
  process.stdout.write(JSON.stringify(reply))
})`

/**
 * One call to keytar in a process of its own, which starts with a fresh connection and can be
 * killed. Secrets travel through pipes only. Throws what keytar throws, or NoAnswer.
 */
export async function callInChild(
  operation: Operation,
  values: readonly string[],
  limit: number,
): Promise<unknown> {
  const child = spawn(process.execPath, ['-e', script, locateKeytar()], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: environmentOfOwnChildren(process.env),
    windowsHide: true,
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), limit)
  try {
    child.stdin.on('error', () => undefined)
    child.stdin.end(JSON.stringify([operation, ...values]))
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (_status, name) => resolve(name))
    })
    if (signal === 'SIGKILL') throw new NoAnswer()
    if (signal !== null) throw new Error(`it was ended by ${signal}`)
    return readReply(Buffer.concat(chunks).toString())
  } finally {
    clearTimeout(timer)
  }
}

function readReply(text: string): unknown {
  const reply = parse(text)
  if (!isObject(reply)) throw new Error('it gave no answer')
  const { error } = reply
  if (typeof error === 'string') {
    throw /keytar\.node|libsecret-1\.so/.test(error)
      ? explainMissing(new Error(error))
      : new Error(error)
  }
  return reply['value']
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
