import { installed } from '../../definitions/real/process.ts'
import { startOwn, type OwnProcess } from './own-process.ts'

/** Each mark that one method or another of proving oneself may spoil. */
export const clientSecret = 'svc-secret_1.0*~ +/=%&'

/** Authlib as a part, where it is installed. */
export const authlib = installed(
  'authlib',
  ...['authlib', 'flask'].map((name) => `/usr/lib/python3/dist-packages/${name}`),
)

/** Without a mark that a form has to escape: it does not undo that in HTTP Basic. */
export const plainSecret = 'svc-secret_1.0*'

/**
 * Its clients, each registered for one method of proving itself: `native` for none; `svc-post` and
 * `legacy` in the body, `svc-basic` in HTTP Basic, as `web` and `svc-plain`, whose secret is the
 * plain one; and `svc-key` by the key whose public half is `key` (PEM).
 */
export async function startAuthlib(key = '', port?: number): Promise<OwnProcess> {
  const args = [clientSecret, plainSecret, key]
  return await startOwn(['python3', 'authlib-server.py'], args, port)
}
