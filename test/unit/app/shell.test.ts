import { expect, it } from 'vitest'
import { nameOfShell } from '../../../src/app/shell.ts'

const usual = 'C:\\Program Files\\WindowsPowerShell\\Modules;C:\\Windows\\system32\\Modules'

it.each<readonly [Record<string, string>, string, string | undefined]>([
  [{ SHELL: '/bin/bash' }, 'linux', 'bash'],
  [{ SHELL: '/usr/bin/zsh' }, 'darwin', 'zsh'],
  [{ SHELL: '/opt/homebrew/bin/fish' }, 'darwin', 'fish'],
  [{ SHELL: '/bin/dash' }, 'linux', 'sh'],
  [{ SHELL: '/bin/ksh' }, 'linux', 'sh'],
  [{ SHELL: '/usr/bin/nu' }, 'linux', 'nu'],
  [{ SHELL: '/usr/bin/pwsh' }, 'linux', 'pwsh'],
  [{ SHELL: '/bin/tcsh' }, 'linux', 'tcsh'],
  [{ SHELL: '' }, 'linux', undefined],
  [{}, 'linux', undefined],
  [{ PSModulePath: usual, ComSpec: 'C:\\cmd.exe' }, 'linux', undefined],
  [{ SHELL: 'C:\\Program Files\\Git\\usr\\bin\\bash.EXE' }, 'win32', 'bash'],
  [{ PSModulePath: usual, ComSpec: 'C:\\Windows\\cmd.exe' }, 'win32', 'cmd'],
  [{ PSModulePath: `C:\\Users\\x\\Documents;${usual}`, ComSpec: 'C:\\cmd.exe' }, 'win32', 'pwsh'],
  [{}, 'win32', undefined],
])('%j on %s: %s', (environment, platform, name) => {
  expect(nameOfShell(environment, platform)).toBe(name)
})
