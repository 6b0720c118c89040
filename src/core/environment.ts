import { bare, chosen, environmentOfPrograms, type Variables } from './child-environment.ts'

// What Node, the C library, a secret service, gpg or Windows need to work as they do for us. A library
// that the loader puts before all others (LD_PRELOAD: accounts of a container, a clock) has settings
// of its own, without which the same program would not start, or would see another world.
const needed = new RegExp(
  `^(?:${[
    'PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_.*|TZ|TZDIR|TMPDIR|TEMP|TMP|SUDO_UID|CI',
    'XDG_.*_(?:HOME|DIRS?)|DBUS_SESSION_BUS_ADDRESS|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY',
    'SSH_ASKPASS',
    'SECRET_BACKEND|SECRET_SERVICE_BUS_NAME|SNAP_NAME',
    'GNUPGHOME|GPG_TTY|PINENTRY_USER_DATA|PASSWORD_STORE_.*|GIT_(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL)',
    'NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|NODE_TLS_REJECT_UNAUTHORIZED|NODE_PATH|NODE_ICU_DATA',
    'SSL_CERT_FILE|SSL_CERT_DIR|OPENSSL_CONF|OPENSSL_MODULES|OPENSSL_CONF_INCLUDE',
    'LD_PRELOAD|LD_LIBRARY_PATH|DYLD_.*|NIX_LD.*|NSS_WRAPPER_.*|FAKETIME.*|LOCALDOMAIN|RES_OPTIONS',
    'SYSTEMROOT|WINDIR|SYSTEMDRIVE|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|PROGRAMDATA|USERNAME',
    'USERPROFILE|HOMEDRIVE|HOMEPATH|WSL_.*|WSLENV',
  ].join('|')})$`,
  // Windows knows no case.
  'i',
)

// What we ourselves read besides, some of it secret: a proxy's address can hold a password.
// So can those of PostgreSQL and Redis, where that is the store.
const ours =
  /^(?:TOKN_.*|ACTIONS_ID_TOKEN_REQUEST_(?:URL|TOKEN)|(?:https?|all|no)_proxy|PG(?:HOST|PORT|USER|DATABASE|PASSWORD|PASSFILE|SSLMODE)|REDISCLI_AUTH)$/i

// No program that the user did not name has a use for these.
const secretLooking =
  /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|(?:API|ACCESS|PRIVATE|STORE)_?KEY|_AUTH$|^SSLKEYLOGFILE$/i

/**
 * The environment of a child that is a part of us: what it needs to run, nothing secret, and no
 * switch that makes the runtime or a library talk (NODE_OPTIONS, NODE_DEBUG, G_MESSAGES_DEBUG, ...).
 */
export function environmentOfOwnChildren(environment: Variables): Record<string, string> {
  return chosen(environment, (name) => needed.test(name))
}

/** What of an environment is for us alone to read. Travels by a pipe to a child that has to know. */
export function ownVariables(environment: Variables): Record<string, string> {
  return chosen(environment, (name) => ours.test(name))
}

/** For a program that works for us: what any program needs, and what `further` says of its own. */
export function environmentOfTool(environment: Variables, further: RegExp): Record<string, string> {
  return chosen(environment, (name) => bare.test(name) || (!ours.test(name) && further.test(name)))
}

/** As `environmentOfPrograms`, for one that we start by ourselves, such as a browser. */
export function environmentOfOthers(environment: Variables): Record<string, string> {
  return chosen(
    environmentOfPrograms(environment),
    (name) => !name.startsWith('NODE_') && !secretLooking.test(name),
  )
}
