import type { Context } from '../commands/context.ts'
import type { Environment } from '../io/files/paths.ts'
import { nameOfShell } from './shell.ts'
import type { Variables } from './variables.ts'

/** What commands get to know of the variables; each is read when it is asked for. */
export function describeVariables(
  variables: Variables,
  environment: Environment,
): Context['environment'] {
  return {
    fromEnvironment: variables.read,
    get provider() {
      return variables.provider
    },
    get baseUrl() {
      return variables.read('base_url')
    },
    get scopes() {
      return variables.scopes
    },
    get apiUrls() {
      return variables.apiUrls
    },
    get store() {
      return variables.store
    },
    get storeVariable() {
      return variables.storeVariable
    },
    get shell() {
      return nameOfShell(environment)
    },
    tokenVariable: variables.tokenVariable,
  }
}
