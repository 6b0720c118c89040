import { installMark } from './install-mark.ts'
import type { Started } from './unit-text.ts'

const label = 'tokn.agent'

/** The property list of launchd (launchd.plist(5)) that runs the agent from each login on. */
export function plistText({ line, variables }: Started): string {
  const pairs = Object.entries(variables)
  const environment =
    pairs.length === 0
      ? []
      : [
          '  <key>EnvironmentVariables</key>',
          '  <dict>',
          ...pairs.flatMap(([name, value]) => [`    <key>${name}</key>`, `    ${string(value)}`]),
          '  </dict>',
        ]
  const all = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<!-- ${installMark} -->`,
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    '  <key>Label</key>',
    `  ${string(label)}`,
    '  <key>ProgramArguments</key>',
    '  <array>',
    ...line.map((word) => `    ${string(word)}`),
    '  </array>',
    ...environment,
    '  <key>RunAtLoad</key>',
    '  <true/>',
    '  <key>KeepAlive</key>',
    '  <dict>',
    '    <key>SuccessfulExit</key>',
    '    <false/>',
    '  </dict>',
    '  <key>ProcessType</key>',
    '  <string>Background</string>',
    '  <key>HardResourceLimits</key>',
    '  <dict>',
    '    <key>Core</key>',
    '    <integer>0</integer>',
    '  </dict>',
    // Octal 077, in the only way that this format can say a number.
    '  <key>Umask</key>',
    '  <integer>63</integer>',
    '</dict>',
    '</plist>',
  ]
  return `${all.join('\n')}\n`
}

function string(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<string>${escaped}</string>`
}
