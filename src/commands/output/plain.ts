import { headerLines, type AttachedToken } from '../../session/attach-token.ts'

// What scripts ask for in loops: see `often` in formats.ts.

export function tokenLine(token: string): string {
  return `${token}\n`
}

export function headerText(attached: AttachedToken): string {
  return headerLines(attached)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')
}

export function valueText(attached: AttachedToken): string {
  return `${headerLines(attached)[0]?.[1] ?? ''}\n`
}
