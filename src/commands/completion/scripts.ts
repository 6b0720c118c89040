import bash from './scripts/tokn.bash'
import fish from './scripts/tokn.fish'
import pwsh from './scripts/tokn.ps1'
import zsh from './scripts/tokn.zsh'
import type { CompletedShell } from './shells.ts'

/** What a shell has to read to complete the words of a line. */
export const scripts: Readonly<Record<CompletedShell, string>> = { bash, zsh, fish, pwsh }
