import * as modules from 'node:module'

/** Whether chunks are taken as the build has compiled them: newer versions of Node see to that themselves. */
export const takesKeptCode = !('enableCompileCache' in modules)
