import { expect, test } from 'vitest'
import { openStartFolder } from '../../../src/app/start-folder.ts'

test.runIf(process.platform === 'linux' || process.platform === 'darwin')(
  'what a service manager does not say of itself is passed on: places, and whom to trust',
  () => {
    const places = {
      XDG_DATA_HOME: '/a/data',
      NODE_EXTRA_CA_CERTS: '/a/ca.pem',
      PASSWORD_STORE_DIR: '/a/passwords',
      GNUPGHOME: '/a/gnupg',
    }
    const { variables } = openStartFolder({
      ...places,
      HOME: '/a',
      XDG_STATE_HOME: 'relative',
      TOKN_STORE: 'file',
      TOKN_STORE_KEY: 'hush',
    })
    expect(variables).toEqual({ ...places, TOKN_STORE: 'file' })
  },
)
