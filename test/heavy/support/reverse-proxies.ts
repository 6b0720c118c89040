import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { root } from '../../support/home.ts'

/** A program of somebody else between a client and an API. */
export interface ReverseProxy {
  readonly origin: string
  stop(): Promise<void>
}

export interface Between {
  readonly api: string
  /** Path of the socket that its user may use. */
  readonly socket: string
  /** The group that it runs in. */
  readonly group: number
  /** File of the authorities whose certificates it takes; those of the machine if left out. */
  readonly authorities?: string | undefined
}

/** A user that has nothing: the one that workers of a proxy are. */
const worker = 65_534

/** Where the documents have nginx look; caddy looks there by itself. */
const machineAuthorities = '/etc/ssl/certs/ca-certificates.crt'

/** The part of the documents that tells how to configure it, with the places of this test. */
function documented(language: 'nginx' | 'caddy', between: Between): string {
  const { api, socket, authorities = machineAuthorities } = between
  const text = readFileSync(join(root, 'docs/broker.md'), 'utf8')
  const block = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(text)?.[1]
  if (block === undefined) throw new Error(`docs/broker.md has nothing for ${language}`)
  return block
    .replaceAll('https://api.example.com', api)
    .replaceAll('/run/tokn/web.sock', socket)
    .replaceAll(machineAuthorities, authorities)
}

export async function startNginx(between: Between): Promise<ReverseProxy> {
  const folder = openFolder()
  const port = await freePort()
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n')
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `user nobody ${groupName(between.group)};
     worker_processes 2;
     daemon off;
     pid ${folder}/pid;
     error_log ${folder}/log;
     events {}
     http {
       access_log off;
       client_max_body_size 16m;
       ${places}
       server { listen 127.0.0.1:${port}; ${documented('nginx', between)} }
     }`,
  )
  return await startProxy(['nginx', '-c', file, '-e', `${folder}/log`], { folder, port })
}

export async function startCaddy(between: Between): Promise<ReverseProxy> {
  const folder = openFolder()
  const port = await freePort()
  const file = join(folder, 'Caddyfile')
  const site = documented('caddy', between).replace('http://localhost:8080', `http://:${port}`)
  writeFileSync(file, `{\n\tadmin off\n\tauto_https off\n}\n${site}`)
  chmodSync(file, 0o644)
  const user = [`--reuid=${worker}`, `--regid=${between.group}`, '--clear-groups']
  const line = ['caddy', 'run', '--config', file, '--adapter', 'caddyfile']
  const { authorities } = between
  return await startProxy(['setpriv', ...user, ...line], { folder, port, authorities })
}

interface Place {
  readonly folder: string
  readonly port: number
  readonly authorities?: string | undefined
}

async function startProxy(
  [program = '', ...args]: readonly string[],
  { folder, port, authorities }: Place,
): Promise<ReverseProxy> {
  const places = { XDG_CONFIG_HOME: `${folder}/own`, XDG_DATA_HOME: `${folder}/own` }
  const child = spawn(program, args, {
    env: {
      PATH: process.env['PATH'],
      HOME: `${folder}/own`,
      ...places,
      ...(authorities === undefined ? {} : { SSL_CERT_FILE: authorities }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await untilAnswered(port, child, () => said)
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-proxy-'))
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'own'))
  chmodSync(join(folder, 'own'), 0o777)
  return folder
}

async function untilAnswered(port: number, child: ChildProcess, said: () => string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(said())
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (open) return
    await delay(50)
  }
  child.kill('SIGKILL')
  throw new Error(`nobody listens: ${said()}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function groupName(group: number): string {
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((one) => Number(one.split(':')[2] || -1) === group)
  return line?.split(':')[0] ?? String(group)
}
