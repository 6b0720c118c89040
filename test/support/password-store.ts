import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from './home.ts'

/** What gpg finds when it asks for the passphrase of the key. */
type Answer = 'the passphrase' | 'nobody' | 'nothing, ever'

/** A password store of the real `pass`, with keys of its own, apart from those of the tests' user. */
export interface PasswordStore {
  /** Variables by which a process finds it, and nobody to be asked. */
  readonly environment: Environment
  readonly directory: string
  /** Forgets the passphrase; from now on, whoever is asked for it gives this. */
  lock(answer: Answer): void
  /** Runs a program with the environment of the store, and gives what it printed. */
  run(line: readonly string[], input?: string): string
  close(): void
}

const passphrase = 'passphrase-of-the-tests'
const owner = 'tokn tests <tokn@example.org>'

/** With `locked`, the key has a passphrase, which is given until `lock` says something else. */
export function makePasswordStore(options: { readonly locked?: boolean } = {}): PasswordStore {
  const root = mkdtempSync(join(tmpdir(), 'tokn-pass-'))
  // Short, since the path of a socket in it must be.
  const gnupg = join(root, 'g')
  const directory = join(root, 'store')
  mkdirSync(gnupg, { mode: 0o700 })
  const environment: Environment = {
    GNUPGHOME: gnupg,
    PASSWORD_STORE_DIR: directory,
    GPG_TTY: undefined,
    DISPLAY: undefined,
    WAYLAND_DISPLAY: undefined,
    DBUS_SESSION_BUS_ADDRESS: undefined,
  }
  const env = { ...process.env, ...environment }
  const run = (line: readonly string[], input = '') =>
    execFileSync(line[0] ?? '', line.slice(1), {
      env,
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  const key = ['--passphrase', options.locked === true ? passphrase : '']
  const batch = ['gpg', '--batch', '--quiet', '--pinentry-mode', 'loopback', ...key]
  run([...batch, '--quick-gen-key', owner, 'future-default', 'default', 'never'])
  writePinentry(gnupg)
  answerWith('the passphrase')
  run(['gpgconf', '--kill', 'gpg-agent'])
  run(['pass', 'init', 'tokn@example.org'])
  return {
    environment,
    directory,
    lock(answer) {
      answerWith(answer)
      run(['gpgconf', '--kill', 'gpg-agent'])
    },
    run,
    close() {
      run(['gpgconf', '--kill', 'gpg-agent'])
      rmSync(root, { recursive: true, force: true })
    },
  }

  function answerWith(answer: Answer): void {
    writeFileSync(join(gnupg, 'answer'), answer)
  }
}

/** Speaks the protocol of pinentry (Assuan) as far as gpg-agent asks for it. */
function writePinentry(gnupg: string): void {
  const script = join(gnupg, 'pinentry')
  writeFileSync(
    script,
    `#!/bin/sh
echo 'OK at your service'
while read -r line; do
  case "$line" in
    GETPIN*)
      case "$(cat '${join(gnupg, 'answer')}')" in
        'the passphrase') echo 'D ${passphrase}'; echo OK ;;
        nobody) echo 'ERR 83886179 Operation cancelled <Pinentry>' ;;
        *) exec sleep 600 ;;
      esac ;;
    BYE*) echo OK; exit ;;
    *) echo OK ;;
  esac
done
`,
  )
  chmodSync(script, 0o700)
  writeFileSync(join(gnupg, 'gpg-agent.conf'), `pinentry-program ${script}\n`)
}
