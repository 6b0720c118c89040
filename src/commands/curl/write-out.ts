import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

// Variables of --write-out as curl 8.22 has them (src/tool_writeout.c).
const harmless = list(`
  certs conn_id content_type errormsg exitcode filename_effective ftp_entry_path header_json
  http_code http_connect http_version local_ip local_port method num_certs num_connects num_headers
  num_redirects num_retries onerror proxy_ssl_verify_result proxy_used remote_ip remote_port
  response_code scheme size_delivered size_download size_header size_request size_upload
  speed_download speed_upload ssl_verify_result stderr stdout time_appconnect time_connect
  time_namelookup time_posttransfer time_pretransfer time_queue time_redirect time_starttransfer
  time_total tls_earlydata url.host url.path url.port url.scheme urle.host urle.path urle.port
  urle.scheme urlnum xfer_id`)
/** These print the address of the request, its query included, or what may be made of it. */
const addresses = list('json redirect_url referer url url.query url_effective urle.query')

/**
 * Throws `usage` unless everything that `format` prints is known; `inQuery`: the token is in the
 * address, which is then not to be printed.
 */
export function checkWriteOut(format: string, inQuery: boolean): void {
  // From "%{" to the next "}", whatever is before: "%%{" is none to curl, but "\%%{" is one.
  for (const [, variable = ''] of format.matchAll(/%\{([^}]*)\}/g)) {
    const name = variable.toLowerCase()
    if (harmless.has(name) || (addresses.has(name) && !inQuery)) continue
    if (addresses.has(name)) {
      throw new ToknError('usage', words.curl.printsToken(name))
    }
    throw new ToknError('usage', words.curl.unknownVariable())
  }
}
