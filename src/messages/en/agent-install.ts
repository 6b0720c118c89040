// English texts about the files that have the agent started by the system.

export const help = {
  summary: 'have the agent started when it is needed: a systemd user unit, or a launchd plist',
  notes:
    'It writes files and shows them; what has them used is one line, which is printed to be typed. The agent is started with the flags that are given here.',
  flags: {
    undo: 'remove the files again',
    dryRun: 'show the files, and write none',
  },
}

/** Stands before the content of a file. */
export const fileTitle = (path: string) => `# ${path}`
export const changes = {
  written: (path: string) => `wrote ${path}`,
  'would-write': (path: string) => `would write ${path}`,
  unchanged: (path: string) => `${path} is already so`,
  removed: (path: string) => `removed ${path}`,
  'would-remove': (path: string) => `would remove ${path}`,
  absent: (path: string) => `${path} is not there`,
}
export const next = (line: string) => `next: ${line}`
export const foreign = (path: string) => ({
  message: `${path} is there and was not written by tokn`,
  hint: 'move it away, or take over what it says from tokn agent install --dry-run',
})
export const noStarter = (platform: string) => ({
  message: `nothing is known that starts programs for a user on ${platform}`,
  hint: 'tokn agent run, started by whatever does that there',
})
export const notRunning = () =>
  'systemd does not run on this machine now: the files are of no use before it does'
export const refusedByVerify = (said: string) => `systemd-analyze --user verify says: ${said}`
