/** Where Debian's package has the modules. */
const modules = '/usr/lib/glewlwyd'

/** The configuration of a glewlwyd at a port of this machine, with its SQLite file at `database`. */
export function describeGlewlwyd(port: number, database: string): string {
  const paths = ['user', 'user_middleware', 'client', 'user_auth_scheme', 'plugin'].map(
    (name) => `${name}_module_path="${modules}/${name.replace('user_auth_', '')}"`,
  )
  return `port=${port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:${port}"
login_url="login.html"
api_prefix="api"
static_files_path="/usr/share/glewlwyd/webapp/"
cookie_domain="127.0.0.1"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
${paths.join('\n')}
hash_algorithm="SHA512"
database = { type = "sqlite3" path = "${database}" };
`
}
