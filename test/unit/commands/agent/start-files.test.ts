import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isOurs } from '../../../../src/commands/agent/install-mark.ts'
import { plistText } from '../../../../src/commands/agent/plist-text.ts'
import { enableLine, startFilesOf } from '../../../../src/commands/agent/start-files.ts'
import { serviceText, socketText } from '../../../../src/commands/agent/unit-text.ts'
import { requirePart } from '../../../support/parts.ts'

const hard = {
  line: [
    '/opt/a b/%h/$x/node',
    '/opt/$HOME/"100%"/tokn.js',
    'agent',
    'run',
    '--config-dir',
    'a\\b',
  ],
  variables: { XDG_CONFIG_HOME: '/home/a b/50%/$x' },
}

describe('the unit of systemd', () => {
  test('says paths with blanks, %, $, quotes and backslashes as they are', () => {
    const text = serviceText(hard)
    expect(text).toContain(
      'ExecStart="/opt/a b/%%h/$x/node" "/opt/$$HOME/\\"100%%\\"/tokn.js" "agent" "run" "--config-dir" "a\\\\b"\n',
    )
    expect(text).toContain('Environment="XDG_CONFIG_HOME=/home/a b/50%%/$x"\n')
  })

  test('has a program that systemd would not name started by another', () => {
    const text = serviceText({ line: ['/a"b/node', '/t.js'], variables: {} })
    expect(text).toContain('ExecStart="/usr/bin/env" "/a\\"b/node" "/t.js"\n')
  })

  test('lets no word begin a line of its own', () => {
    const text = serviceText({ line: ['/node', 'a\nExecStartPre=/bin/false'], variables: {} })
    expect(text.match(/^ExecStart/gm)).toHaveLength(1)
  })

  test('needs no namespace, in which the folders of root would be those of nobody', () => {
    const implying =
      /^(Protect|Private|ReadOnly|ReadWrite|Inaccessible|TemporaryFileSystem|BindPaths|RootDir)/m
    expect(serviceText(hard)).not.toMatch(implying)
    expect(serviceText(hard)).toMatch(/^NoNewPrivileges=yes$/m)
    expect(serviceText(hard)).toMatch(/^LimitCORE=0$/m)
    expect(serviceText(hard)).toMatch(/^MemorySwapMax=0$/m)
  })

  test('makes a socket for its user alone', () => {
    expect(socketText()).toMatch(/^SocketMode=0600\nDirectoryMode=0700$/m)
    expect(socketText()).toMatch(/^ListenStream=%t\/tokn\/agent\.sock$/m)
  })

  test('is one that systemd takes', ({ skip }) => {
    skip(!requirePart('systemd-analyze'), 'without systemd')
    const folder = mkdtempSync(join(tmpdir(), 'tokn-units-'))
    try {
      const odd = join(folder, 'a b %h $HOME %')
      mkdirSync(odd)
      symlinkSync(process.execPath, join(odd, 'node'))
      const line = [join(odd, 'node'), join(odd, '"x" \\.js'), 'agent', 'run']
      const verify = (files: ReturnType<typeof startFilesOf>) => {
        for (const { name, text } of files) writeFileSync(join(folder, name), text)
        const paths = files.map(({ name }) => join(folder, name))
        const env = { PATH: process.env['PATH'], HOME: folder, XDG_RUNTIME_DIR: folder }
        return spawnSync('systemd-analyze', ['--user', 'verify', ...paths], { env })
      }
      const good = verify(startFilesOf('systemd', { line, variables: hard.variables }))
      expect(`${good.status} ${good.stderr.toString()}`).toBe('0 ')
      // It looks for the program, so it has read its path as it was meant.
      const lacking = [join(odd, 'other'), ...line.slice(1)]
      const bad = verify(startFilesOf('systemd', { line: lacking, variables: {} }))
      expect(bad.stderr.toString()).toContain(join(odd, 'other'))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the property list of launchd', () => {
  test('says all words as text', () => {
    const text = plistText({ line: ['/a b/node', '<x>&'], variables: { XDG_DATA_HOME: '/d&' } })
    expect(text).toContain('<string>/a b/node</string>\n    <string>&lt;x&gt;&amp;</string>')
    expect(text).toContain('<key>XDG_DATA_HOME</key>\n    <string>/d&amp;</string>')
    expect(text.startsWith('<?xml')).toBe(true)
  })
})

test('files are known for ours by their head', () => {
  for (const starter of ['systemd', 'launchd'] as const) {
    for (const { text } of startFilesOf(starter, hard)) expect(isOurs(text)).toBe(true)
  }
  expect(isOurs('[Unit]\nDescription=mine\n')).toBe(false)
  expect(enableLine('launchd', '/Users/a b')).toContain('"/Users/a b/tokn.agent.plist"')
})
