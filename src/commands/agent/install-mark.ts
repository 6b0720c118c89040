/** Stands at the head of each file that starts the agent: what lacks it is somebody else's. */
export const installMark = 'Written by tokn agent install, which also takes it away again.'

/** Whether a file was written by us. */
export function isOurs(text: string): boolean {
  return text.slice(0, 400).includes(installMark)
}
