import { sweepSockets } from '../io/agent/sweep.ts'
import type { Environment } from '../io/files/paths.ts'
import { sweepTokenFolders } from '../io/files/token-folder.ts'

/** Removes what processes have left that were killed: sockets in `folder`, and files with tokens. */
export async function sweepLeft(folder: string, environment: Environment): Promise<void> {
  await sweepSockets(folder)
  sweepTokenFolders(environment)
}
