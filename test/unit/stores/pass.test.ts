import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { ProgramRequest } from '../../../src/core/process.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { openPass } from '../../../src/stores/pass.ts'
import { explainFailure } from '../../../src/stores/pass/failure.ts'

/** What `pass` and gpg 2.2 and 2.4 print, as recorded. */
const failures: ReadonlyArray<readonly [name: string, err: string, message: string]> = [
  [
    'nobody to ask for the passphrase, gpg 2.2',
    `[GNUPG:] ENC_TO 14A48C7858D5246F 18 0
[GNUPG:] KEY_CONSIDERED CA83548F259369A9CA2B73E408B10B70E653D649 0
[GNUPG:] BEGIN_DECRYPTION
[GNUPG:] DECRYPTION_FAILED
gpg: decryption failed: No secret key
[GNUPG:] END_DECRYPTION`,
    'gpg cannot decrypt the password store: its key is locked',
  ],
  [
    'no secret key, gpg 2.2',
    `[GNUPG:] ENC_TO 14A48C7858D5246F 18 0
[GNUPG:] BEGIN_DECRYPTION
[GNUPG:] DECRYPTION_FAILED
gpg: decryption failed: No secret key
[GNUPG:] END_DECRYPTION`,
    'gpg cannot decrypt the password store: it does not have its secret key',
  ],
  [
    'no secret key, gpg 2.4',
    `[GNUPG:] ENC_TO 14A48C7858D5246F 18 0
[GNUPG:] NO_SECKEY 14A48C7858D5246F
[GNUPG:] BEGIN_DECRYPTION
[GNUPG:] DECRYPTION_FAILED
gpg: decryption failed: No secret key
[GNUPG:] END_DECRYPTION`,
    'gpg cannot decrypt the password store: it does not have its secret key',
  ],
  [
    'something that gpg did not write',
    `gpg: no valid OpenPGP data found.
[GNUPG:] NODATA 1
[GNUPG:] FAILURE decrypt 4294967295
gpg: decrypt_message failed: Unknown system error`,
    'the stored session is damaged',
  ],
  [
    'no password store',
    `Error: You must run:
    pass init your-gpg-id
before you may use the password store.
`,
    'the password store is not set up yet',
  ],
  [
    'a key that nobody has vouched for',
    `[GNUPG:] KEY_CONSIDERED CA83548F259369A9CA2B73E408B10B70E653D649 0
gpg: 14A48C7858D5246F: There is no assurance this key belongs to the named user
[GNUPG:] INV_RECP 10 l@example.org
gpg: [stdin]: encryption failed: Unusable public key
Password encryption aborted.`,
    'gpg cannot encrypt for the key of the password store: gpg: [stdin]: encryption failed: Unusable public key',
  ],
  ['no gpg', '/usr/bin/pass: line 461: gpg: command not found', 'gpg is not installed'],
  [
    'anything else',
    'mkdir: cannot create directory: \u001b[31mNo space left on device',
    'the password store failed: mkdir: cannot create directory: \\x1b[31mNo space left on device',
  ],
]

const folder = mkdtempSync(join(tmpdir(), 'tokn-pass-unit-'))
mkdirSync(join(folder, 'tokn'))
writeFileSync(join(folder, 'tokn', 'there.gpg'), '')
afterAll(() => rmSync(folder, { recursive: true }))

describe('what pass says of its failures', () => {
  it.each(failures)('%s', (_name, err, message) => {
    const error = explainFailure({ status: 2, out: '', err })
    expect(error.code).toBe('store')
    expect(error.message).toContain(message)
    expect(error.hint).toBeDefined()
  })
})

describe('the password store', () => {
  function open(variables: Readonly<Record<string, string>>, err = '[GNUPG:] DECRYPTION_OKAY\n') {
    const requests: ProgramRequest[] = []
    const store = openPass({
      files: openFiles(),
      environment: { PASSWORD_STORE_DIR: folder, ...variables },
      run: async (request) => {
        requests.push(request)
        return { status: 0, out: 'text', err }
      },
    })
    return { store, requests }
  }

  it.each([
    [{}, 10_000],
    [{ DISPLAY: '', GPG_TTY: '' }, 10_000],
    [{ GPG_TTY: '/dev/pts/3' }, 30_000],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, 30_000],
  ])('waits longer where somebody can be asked: %j', async (variables, limit) => {
    const { store, requests } = open(variables)
    expect(await store.read('there')).toBe('text')
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ command: 'pass', args: ['show', 'tokn/there'], limit })
  })

  it('leaves the user’s own options to gpg', async () => {
    const { store, requests } = open({ PASSWORD_STORE_GPG_OPTS: '--no-throw-keyids' })
    await store.read('there')
    expect(requests[0]?.variables['PASSWORD_STORE_GPG_OPTS']).toMatch(/^--no-throw-keyids --batch /)
  })

  it('does not believe what gpg has not called whole', async () => {
    const { store } = open({}, '[GNUPG:] NODATA 3\n')
    await expect(store.read('there')).rejects.toMatchObject({
      message: 'the stored session in tokn/there is damaged',
    })
  })

  it('starts nothing to find out that there is nothing', async () => {
    const { store, requests } = open({})
    expect(await store.read('absent')).toBeUndefined()
    expect(await store.remove('absent')).toBe(false)
    expect(await store.list?.()).toEqual(['there'])
    expect(requests).toEqual([])
  })

  it('says that a program is missing as an error of the store', async () => {
    const store = openPass({
      files: openFiles(),
      environment: { PASSWORD_STORE_DIR: folder },
      run: async () => {
        throw new ToknError('program_not_found', 'there is no program "pass"')
      },
    })
    await expect(store.read('there')).rejects.toMatchObject({
      code: 'store',
      message: 'the program "pass" is not installed',
    })
  })
})
