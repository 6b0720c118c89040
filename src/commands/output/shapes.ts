/**
 * Fields of a document: a name, `?` where it may be missing, `[]` where it is a list of objects, and
 * in brackets the fields below it.
 */
export interface Shape {
  /** The commands that print it, as they are typed behind `tokn`. */
  readonly by: string
  readonly fields: string
}

const expiry = 'expires_at expires_at_epoch expires_in expiry'
const reason = '(code message hint retry_after?)'
const standing = 'standing(state since why)'
const holder = 'command pid host job'
const listed =
  'profile provider id short_id name scopes created_at expires_at expires_in last_used_at revoked_at state current saved_as fingerprint facts unrestricted'
const refreshed = `profile refreshed generation expires_at? expires_at_epoch? expires_in? expiry? error${reason} skipped${reason}`

/**
 * Every document that `--json` prints, by its `schema`, which stands before all other fields. What is
 * below a field is an object, `null`, or a list of such objects. A document only ever gains fields; one
 * that has to lose any gets another version.
 */
export const shapes = {
  'tokn.status/v1': {
    by: 'status',
    fields:
      'profiles[](profile provider where store state expires_at expires_in credentials_kept renewed_by default problem fix)',
  },
  'tokn.store-list/v1': {
    by: 'store list',
    fields: 'stores[](store in_force source shared where usable problem profiles)',
  },
  'tokn.store-push/v1': { by: 'store push', fields: 'results[](profile from to result)' },
  'tokn.store-pull/v1': { by: 'store pull', fields: 'results[](profile from to result)' },
  'tokn.store-migrate/v1': { by: 'store migrate', fields: 'results[](profile from to result)' },
  'tokn.store-verify/v1': {
    by: 'store verify',
    fields: 'store sessions[](profile id generation status problem fix)',
  },
  'tokn.store-accept/v1': { by: 'store verify --accept', fields: 'profile store generation' },
  'tokn.login/v1': {
    by: 'login',
    fields: `profile provider store token_id scopes ${expiry} origins`,
  },
  'tokn.device-code/v1': {
    by: 'login --flow device',
    fields: 'verification_uri user_code verification_uri_complete expires_at',
  },
  'tokn.token/v1': {
    by: 'token',
    fields: `profile provider token token_type header(name value) placement issued_at ${expiry} scopes generation refreshed source fingerprint id_token?`,
  },
  'tokn.header/v1': { by: 'header', fields: 'profile headers query' },
  'tokn.env/v1': {
    by: 'env',
    fields: `profile? shell variable line expires_at? expires_at_epoch? expires_in? expiry?`,
  },
  'tokn.logout/v1': {
    by: 'logout',
    fields: 'results[](profile erased revoked verified alive_until alive end_session_url)',
  },
  'tokn.ci-start/v1': {
    by: 'ci start',
    fields: 'provider new shell variable socket line pid ends_with_pid started_at ends_at',
  },
  'tokn.ci-end/v1': { by: 'ci end', fields: 'ended revoked verified alive_until alive' },
  'tokn.refresh/v1': { by: 'refresh', fields: refreshed },
  'tokn.refresh-all/v1': { by: 'refresh --all', fields: `results[](schema ${refreshed})` },
  'tokn.list/v1': {
    by: 'list',
    fields: `profile where tokens[](${listed}) duplicates stopped_at?`,
  },
  'tokn.list-line/v1': { by: 'list --json-lines', fields: listed },
  'tokn.check/v1': { by: 'check', fields: 'ok checks[](profile ok reason expires_in needed)' },
  'tokn.issue/v1': {
    by: 'issue',
    fields: `id name token refresh_token ${expiry} scopes shown_once saved_as`,
  },
  'tokn.revoke/v1': {
    by: 'revoke',
    fields:
      'results[](id name status verified verified_by verify_ms listed also_named held_by error(code exit message hint retryable))',
  },
  'tokn.info/v1': {
    by: 'info',
    fields: `profile provider active remote_checked not_checked_because claims signature user_id scopes unrestricted token_id fingerprint ${standing} access(${expiry}) refresh(${expiry} uses_left) facts quota store origins credentials_kept kept renewed_by lineage(generation obtained_at last_refresh(at pid cmd reason))`,
  },
  'tokn.profiles/v1': {
    by: 'profile list',
    fields: `default profiles[](name provider base_url api_urls hosts store ca proxy certificate key settings overrides logged_in expired ${standing})`,
  },
  'tokn.profile/v1': {
    by: 'profile show',
    fields:
      'name provider base_url api_urls hosts store ca proxy certificate key settings overrides path kept_in credentials_kept refresh_token_kept offline',
  },
  'tokn.profile-use/v1': { by: 'profile use', fields: 'profile provider' },
  'tokn.profile-set/v1': { by: 'profile set', fields: 'profile setting value' },
  'tokn.profile-rename/v1': { by: 'profile rename', fields: 'from profile' },
  'tokn.profile-remove/v1': { by: 'profile remove', fields: 'profile alive' },
  'tokn.profile-bind/v1': { by: 'profile bind', fields: 'profile path before' },
  'tokn.profile-unbind/v1': { by: 'profile unbind', fields: 'profile path' },
  'tokn.profile-forget-credentials/v1': {
    by: 'profile forget-credentials',
    fields: 'profile forgotten renewal',
  },
  'tokn.providers/v1': {
    by: 'provider list',
    fields: 'providers[](id title docs needsBaseUrl fields? source)',
  },
  'tokn.provider/v1': {
    by: 'provider show',
    fields:
      'id title docs needsBaseUrl fields[](name label secret? file? optional? default? choices? loginChoices?) source rotation budget operations why address sent_to carrier(headers query cookies) scopes(form choices known unscoped) lifetime sliding lifetimes(least? most? step? choices?) pasted',
  },
  'tokn.provider-add/v1': { by: 'provider add', fields: 'id title docs origins' },
  'tokn.provider-remove/v1': { by: 'provider remove', fields: 'id' },
  'tokn.provider-test/v1': {
    by: 'provider test',
    fields: `provider ok steps[](operation outcome words traffic odd?) made[](by ended ${expiry} refresh_expires_at why)`,
  },
  'tokn.scopes/v1': { by: 'provider scopes', fields: 'profile provider source complete scopes' },
  'tokn.which/v1': {
    by: 'which',
    fields:
      'winner(profile source variable path kept_in store store_source configuration configuration_source) losers[](kind value source variable path ignored)',
  },
  'tokn.fleet/v1': {
    by: 'status --store',
    fields: `store role key incarnation holders_told refresher(${holder} left_ms) sessions[](profile id provider state generation expires_at expires_in pending wishes holder(${holder} left_ms) last_refresh(at reason ${holder}) problem moved_to)`,
  },
  'tokn.refresher/v1': {
    by: 'refresher run',
    fields: `at event profile generation why duration_ms sessions holder(${holder}) code message`,
  },
  'tokn.why/v1': {
    by: 'why',
    fields: `profile ${standing} generations[](generation at reason issued_by? command pid parent host job cost)`,
  },
  'tokn.doctor/v1': { by: 'doctor', fields: 'ok checks[](id status detail fix)' },
  'tokn.completion/v1': { by: 'completion', fields: 'shell script' },
  'tokn.uninstall/v1': {
    by: 'uninstall --list',
    fields:
      'configuration other_configurations profiles_unread traces[](kind path service account sight files bytes more) steps',
  },
  'tokn.agent/v1': {
    by: 'agent status',
    fields:
      'pid since version socket configuration? locked passphrase store_closed profiles[](profile state expires_at generation) lifetime? idle_exit? confirm? token_files?[](profile path)',
  },
  'tokn.agent-start/v1': { by: 'agent start', fields: 'started pid socket' },
  'tokn.agent-stop/v1': { by: 'agent stop', fields: 'stopped socket' },
  'tokn.agent-install/v1': {
    by: 'agent install',
    fields: 'files[](path change text) next warnings',
  },
  'tokn.setup/v1': {
    by: 'setup',
    fields: 'client profile undo dry_run hosts changes[](path key change value before) next',
  },
  'tokn.agent-lock/v1': { by: 'agent lock', fields: 'locked passphrase' },
  'tokn.agent-unlock/v1': { by: 'agent unlock', fields: 'locked store_open' },
  'tokn.sandbox/v1': {
    by: 'sandbox',
    fields:
      'apis[](name base_url api_url credentials second_account service_account resource own_resource)',
  },
  'tokn.dry-run/v1': { by: 'any command with --dry-run', fields: 'steps[](subject would)' },
  'tokn.help/v1': { by: 'help, and any command with --help', fields: 'of text' },
  'tokn.version/v1': { by: '--version', fields: 'version' },
  'tokn.error/v1': {
    by: 'any command that fails, on standard error',
    fields:
      'code exit message hint retryable retry_after next[](command) warnings http(status provider_code)',
  },
} as const satisfies Readonly<Record<string, Shape>>

export type SchemaName = keyof typeof shapes

/** The fields as a text for people: `profile, header (name, value)`. */
export function shapeInWords({ fields }: Shape): string {
  return fields
    .replaceAll(/\?|\[\]/g, '')
    .replaceAll('(', ' (')
    .replaceAll(' ', ', ')
    .replaceAll(', (', ' (')
}

/**
 * The names that `--fields` takes of a document: those of its own fields, and those of its entries
 * where it is a list of entries.
 */
export function namesIn({ fields }: Shape): readonly string[] {
  const [, entries = ''] = /\[\]\((.*)/.exec(fields) ?? []
  const [ofEntries = ''] = withoutBelow(entries).split(')')
  const words = `schema ${withoutBelow(fields)} ${ofEntries}`.match(/\w+/g) ?? []
  return [...new Set(words)]
}

/** The name of the field that is a list of entries, if there is one. */
export function listIn({ fields }: Shape): string | undefined {
  return /(\w+)\[\]\(/.exec(fields)?.[1]
}

/** `a b(c(d) e) f` as `a b f`; a bracket without its other half stays. */
function withoutBelow(fields: string): string {
  const without = fields.replaceAll(/\([^()]*\)/g, '')
  return without === fields ? fields : withoutBelow(without)
}
