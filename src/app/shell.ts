import type { Environment } from '../io/files/paths.ts'

/** What the variables say of the shell that the user has: its name, as `--shell` takes it if known. */
export function nameOfShell(
  environment: Environment,
  platform: string = process.platform,
): string | undefined {
  const given = environment['SHELL'] ?? ''
  if (given !== '') {
    const name = (given.split(/[\\/]/).at(-1) ?? '').toLowerCase().replace(/\.exe$/, '')
    return others[name] ?? name
  }
  if (platform !== 'win32') return undefined
  // PowerShell puts the user's folder before the two that Windows has for every program.
  const modules = (environment['PSModulePath'] ?? '').split(';').filter((path) => path !== '')
  if (modules.length > 2) return 'pwsh'
  return environment['ComSpec'] === undefined ? undefined : 'cmd'
}

const others: Readonly<Record<string, string>> = {
  dash: 'sh',
  ash: 'sh',
  ksh: 'sh',
  mksh: 'sh',
  busybox: 'sh',
  powershell: 'pwsh',
}
