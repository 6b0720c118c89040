import { quoteWord } from '../../core/quoting.ts'
import { plistText } from './plist-text.ts'
import { serviceText, socketText, type Started } from './unit-text.ts'
import type { Starter } from '../context.ts'

/** A file for what starts programs for a user. */
export interface StartFile {
  readonly name: string
  readonly text: string
}

export function startFilesOf(starter: Starter, started: Started): readonly StartFile[] {
  if (starter === 'launchd') return [{ name: 'tokn.agent.plist', text: plistText(started) }]
  return [
    { name: 'tokn-agent.socket', text: socketText() },
    { name: 'tokn-agent.service', text: serviceText(started) },
  ]
}

/** What is typed to have the agent started from now on. */
export function enableLine(starter: Starter, folder: string): string {
  return starter === 'launchd'
    ? `launchctl bootstrap gui/$(id -u) ${quoteWord(`${folder}/tokn.agent.plist`)}`
    : 'systemctl --user daemon-reload && systemctl --user enable --now tokn-agent.socket'
}

/** What is typed to have what runs ended, once the files are gone. */
export function disableLine(starter: Starter): string {
  return starter === 'launchd'
    ? 'launchctl bootout gui/$(id -u)/tokn.agent'
    : 'systemctl --user stop tokn-agent.socket tokn-agent.service; systemctl --user daemon-reload'
}
