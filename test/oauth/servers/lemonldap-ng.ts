import { installed } from '../../definitions/real/process.ts'
import { startOwn, type OwnProcess } from './own-process.ts'

/** Each mark that one method or another of proving oneself may spoil. */
export const clientSecret = 'svc-secret_1.0*~ +/=%&'

/** One of its accounts for demonstration: the password is the name. */
export const demoUser = 'dwho'

/** LemonLDAP::NG as a part, where all that its provider needs is installed. */
export const lemonldapNg = installed(
  'lemonldap-ng',
  ...['Lemonldap/NG/Portal/Issuer/OpenIDConnect.pm', 'String/Random.pm', 'IO/String.pm'].map(
    (name) => `/usr/share/perl5/${name}`,
  ),
  '/usr/bin/openssl',
)

/**
 * Its clients: `native` without a secret, `web`, `svc` and `legacy` with one. All come back to
 * `redirectPort` of 127.0.0.1 alone: it compares redirect URIs letter by letter.
 */
export async function startLemonldapNg(redirectPort: number, port?: number): Promise<OwnProcess> {
  return await startOwn(['perl', 'lemonldap-ng.pl'], [clientSecret, String(redirectPort)], port)
}
