import { oauthTable } from './oauth-table.ts'
import { storeTable } from './store-table.ts'
import { flagTable } from './table.ts'

/** Every flag of the program, by its name. */
export const everyFlag = { ...flagTable, ...storeTable, ...oauthTable }
