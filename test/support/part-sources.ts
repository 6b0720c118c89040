/** Programs that are installed under another name than their own, by the packages of Debian. */
const packages: Readonly<Record<string, string>> = {
  setpriv: 'util-linux',
  script: 'bsdutils',
  timeout: 'coreutils',
  mkfifo: 'coreutils',
  chattr: 'e2fsprogs',
  'python-dotenv': 'python3-dotenv',
  'secret-tool': 'libsecret-tools',
  keychain: 'gnome-keyring dbus libsecret-1-0',
  pass: 'pass gnupg',
  aws: 'awscli',
  netns: 'iproute2 nftables',
  exfat: 'exfat-fuse exfatprogs',
  postgres: 'postgresql',
  redis: 'redis-server',
}

const privileged = 'run as root, in a container with --privileged'
const server = 'bash .ci/install-servers'

/** What is no package. */
const others: Readonly<Record<string, string>> = {
  linux: 'run on Linux',
  root: 'run as root',
  tmpfs: privileged,
  unshare: privileged,
  'mount namespace': privileged,
  'pid namespace': privileged,
  'net namespace': privileged,
  'read-only root': privileged,
  'passwd entry': 'run as a user that the system knows',
  localhost: 'a line for localhost in /etc/hosts',
  '127.0.0.2': 'a loopback device with all of 127.0.0.0/8',
  'another user': 'run as root',
  nu: 'bash .ci/install-servers --npm',
  'node 22': 'bash .ci/install-servers --npm',
  pwsh: 'PowerShell 7, in the packages of Microsoft',
  kubectl: 'kubectl of 1.24 or later, as Kubernetes packages it',
  terraform: 'terraform of 1.0 or later, as HashiCorp packages it',
  cargo: 'cargo of 1.74 or later, as rustup installs it',
  pip: 'pip of 23.1 or later',
  ajv: server,
  pnpm: server,
  glewlwyd: server,
  verdaccio: server,
  'node-red': server,
  couchdb: server,
  jupyterhub: server,
  etcd: server,
  django: server,
  express: server,
  '@node-oauth/oauth2-server': server,
  '@jmondi/oauth2-server': server,
  'better-auth': server,
  '@better-auth/oauth-provider': server,
  '@cloudflare/workers-oauth-provider': server,
  'django-oauth-toolkit': server,
  authlib: server,
  'lemonldap-ng': server,
  doorkeeper: server,
}

/** How to get a part that tests need: what to type on Debian, or what to do. */
export function howToGet(part: string): string {
  const other = others[part]
  if (other !== undefined) return other
  const name = packages[part] ?? (/^[a-z0-9.+-]+$/.test(part) ? part : undefined)
  return name === undefined ? 'see the line that says SKIPPED' : `apt-get install ${name}`
}
