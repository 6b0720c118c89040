import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'

const token = 'a-token-of-the-benchmark-'.repeat(30)

/**
 * What others take for the same: each set up in `folder` with one token at hand, where it is
 * installed. Gives rows, and what was left out with the reason.
 */
export async function openPeers(folder, keyring) {
  const rows = []
  const absent = []
  const closing = []
  for (const [name, open] of Object.entries(peers)) {
    const home = join(folder, `peer-${name.split(' ')[0]}`)
    mkdirSync(home, { mode: 0o700 })
    const env = { PATH: process.env.PATH, HOME: home }
    try {
      const { close, ...row } = await open(home, env, keyring)
      rows.push({ name, env, ...row })
      if (close !== undefined) closing.push(close)
    } catch (error) {
      absent.push(`${name}: ${error.code === 'ENOENT' ? 'not installed' : error.message}`)
    }
  }
  return { rows, absent, close: () => closing.forEach((one) => one()) }
}

const peers = {
  'secret-tool lookup': (_home, env, keyring) => {
    if (keyring === undefined) throw new Error('no keyring')
    const own = { ...env, ...keyring }
    const attributes = ['service', 'benchmark', 'account', 'one']
    run(['secret-tool', 'store', '--label', 'benchmark', ...attributes], own, token)
    return { line: ['secret-tool', 'lookup', ...attributes], env: own }
  },
  'pass show': (home, env) => {
    const own = { ...env, GNUPGHOME: join(home, 'g'), PASSWORD_STORE_DIR: join(home, 's') }
    mkdirSync(own.GNUPGHOME, { mode: 0o700 })
    const key = ['--passphrase', '', '--quick-gen-key', 'bench@example.org', 'future-default']
    run(['gpg', '--batch', '--quiet', '--pinentry-mode', 'loopback', ...key], own)
    run(['pass', 'init', 'bench@example.org'], own)
    run(['pass', 'insert', '-m', 'token'], own, token)
    const close = () => void spawnSync('gpgconf', ['--kill', 'gpg-agent'], { env: own })
    return { line: ['pass', 'show', 'token'], env: own, close }
  },
  'gh auth token': (home, env) => {
    const own = { ...env, GH_CONFIG_DIR: home }
    writeFileSync(
      join(home, 'hosts.yml'),
      `github.com:\n    user: bench\n    oauth_token: ${token}\n`,
    )
    run(['gh', 'auth', 'token'], own)
    return { line: ['gh', 'auth', 'token'], env: own }
  },
  'git credential fill (cache)': (_home, env) => {
    const own = { ...env, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
    const socket = join(env.HOME, 'cache', 'socket')
    const git = ['git', '-c', `credential.helper=cache --socket=${socket}`, 'credential']
    const host = 'protocol=https\nhost=example.org\n'
    run([...git, 'approve'], own, `${host}username=bench\npassword=${token}\n\n`)
    const close = () =>
      void spawnSync('git', ['credential-cache', `--socket=${socket}`, 'exit'], { env: own })
    return { line: [...git, 'fill'], env: own, input: `${host}\n`, close }
  },
  'oidc-token (oidc-agent)': async (home, env) => await openOidcAgent(home, env),
  'aws configure get': (home, env) => {
    const own = { ...env, AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials') }
    writeFileSync(own.AWS_SHARED_CREDENTIALS_FILE, `[default]\naws_session_token = ${token}\n`)
    const line = ['aws', 'configure', 'get', 'aws_session_token']
    run(line, own)
    return { line, env: own }
  },
}

/** A real oidc-agent, with an account of an issuer of ours on this machine. */
async function openOidcAgent(home, env) {
  run(['oidc-token', '--version'], env)
  const [key, certificate] = [join(home, 'key.pem'), join(home, 'certificate.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate]
  run(['openssl', 'req', ...made, '-days', '2', ...names], env)
  const issuer = await startIssuer({ key: readFileSync(key), cert: readFileSync(certificate) })
  const said = run(['oidc-agent'], env)
  const own = { ...env, OIDC_SOCK: /OIDC_SOCK=([^;]+)/.exec(said)[1] }
  const pid = /OIDCD_PID=(\d+)/.exec(said)[1]
  const close = () => {
    issuer.close()
    process.kill(Number(pid))
  }
  try {
    const client = [
      '--client-id',
      'bench',
      '--client-secret',
      'bench',
      '--scope',
      'openid offline_access',
    ]
    const account = [
      '-m',
      '--iss',
      issuer.url,
      '--cp',
      certificate,
      '--rt',
      'bench',
      '--flow',
      'refresh',
    ]
    const redirect = ['--redirect-uri', 'http://localhost:4242', '--pw-cmd', 'echo bench']
    await issuer.serveWhile(['oidc-gen', ...client, ...account, ...redirect, 'bench'], own)
    run(['oidc-token', 'bench'], own)
  } catch (error) {
    close()
    throw error
  }
  return { line: ['oidc-token', 'bench'], env: own, close }
}

function startIssuer(tls) {
  const tokens = {
    access_token: token,
    token_type: 'Bearer',
    expires_in: 86_400,
    refresh_token: 'bench',
  }
  let url = ''
  const server = createServer(tls, (request, response) => {
    response.setHeader('content-type', 'application/json')
    const endpoints = {
      authorization_endpoint: `${url}a`,
      token_endpoint: `${url}t`,
      jwks_uri: `${url}j`,
    }
    const discovery = { issuer: url, ...endpoints, response_types_supported: ['code'] }
    const scopes = {
      scopes_supported: ['openid', 'offline_access'],
      grant_types_supported: ['refresh_token'],
    }
    const asked = request.url.includes('.well-known')
    response.end(JSON.stringify(asked ? { ...discovery, ...scopes } : tokens))
  })
  return new Promise((resolve) => {
    server.listen(0, 'localhost', () => {
      url = `https://localhost:${server.address().port}/`
      resolve({ url, close: () => server.close(), serveWhile })
    })
  })
}

/** Runs a program that needs what this process serves meanwhile. */
async function serveWhile([program, ...args], env) {
  const { execFile } = await import('node:child_process')
  await new Promise((resolve, reject) => {
    const child = execFile(program, args, { env, timeout: 30_000 }, (error) =>
      error === null ? resolve() : reject(error),
    )
    child.stdin.end()
  })
}

function run([program, ...args], env, input = '') {
  return execFileSync(program, args, {
    env,
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}
