import { installed } from '../../definitions/real/process.ts'
import { startOwn, type OwnProcess } from './own-process.ts'

/** Each mark that one method or another of proving oneself may spoil. */
export const clientSecret = 'svc-secret_1.0*~ +/=%&'

/** Doorkeeper as a part, where it is installed with what a site of it takes. */
export const doorkeeper = installed(
  'doorkeeper',
  '/usr/bin/ruby',
  '/usr/share/rubygems-integration/all/specifications/doorkeeper-5.5.0.gemspec',
  '/usr/share/doc/ruby-sqlite3',
  '/usr/share/doc/ruby-webrick',
)

/** Its clients: `native` without a secret, `web` and `svc` with one; `svc` has no redirect URI. */
export async function startDoorkeeper(port?: number): Promise<OwnProcess> {
  return await startOwn(['ruby', 'doorkeeper.rb'], [clientSecret], port)
}
