import { systemCode } from '../../core/errors.ts'

/** Whether there is a process of that id, as far as can be seen from here. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}
