import { installed } from '../../definitions/real/process.ts'
import { startOwn, type OwnProcess } from './own-process.ts'

/** Each mark that one method or another of proving oneself may spoil. */
export const clientSecret = 'svc-secret_1.0*~ +/=%&'

/** django-oauth-toolkit as a part, where it is installed. */
export const djangoOAuthToolkit = installed(
  'django-oauth-toolkit',
  ...['django', 'oauth2_provider', 'jwcrypto'].map(
    (name) => `/usr/lib/python3/dist-packages/${name}`,
  ),
)

/** Its clients: `native` without a secret, `web`, `svc` and `legacy` with one; a grant each. */
export async function startDjangoOAuthToolkit(port?: number): Promise<OwnProcess> {
  return await startOwn(['python3', 'django-oauth-toolkit.py'], [clientSecret], port)
}
