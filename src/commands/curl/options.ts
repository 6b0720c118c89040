import type { words } from '../../messages/words.ts'

/** How an option of curl is written: alone, alone or with `no-` before it, or with a word after it. */
type Kind = 'flag' | 'switch' | 'value'

const list = (text: string): readonly string[] => text.trim().split(/\s+/)

const flags = list(`
  disable get globoff head http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only ipv4 ipv6
  no-insecure no-location no-verbose out-null remote-name remote-name-all tlsv1.2 tlsv1.3`)

const switches = list(`
  alpn buffer cert-status clobber compressed create-dirs crlf disallow-username-in-url fail
  fail-early fail-with-body form-escape http0.9 ignore-content-length include junk-session-cookies
  keepalive parallel parallel-immediate progress-bar progress-meter raw remote-header-name
  remote-time remove-on-error retry-all-errors retry-connrefused sessionid show-error show-headers silent
  skip-existing styled-output suppress-connect-headers tcp-fastopen tcp-nodelay tr-encoding`)

const values = list(`
  cacert capath cert cert-type connect-timeout continue-at cookie cookie-jar create-file-mode crlfile
  curves data data-ascii data-binary data-raw data-urlencode dump-header etag-compare etag-save
  expect100-timeout form form-string happy-eyeballs-timeout-ms header interface json keepalive-cnt
  keepalive-time key key-type limit-rate local-port max-filesize max-time output output-dir
  parallel-max parallel-max-host pass pinnedpubkey proto range rate referer request retry retry-delay
  retry-max-time speed-limit speed-time stderr time-cond tls-max upload-file url url-query user-agent
  write-out`)

/**
 * The options that are passed on. Taken from curl's own table (src/tool_getparam.c) of the versions
 * 7.50 to 8.22: in none of them does one of these take a word where it takes none here, or the
 * other way round. What is not here is refused.
 */
export const passedOn: ReadonlyMap<string, Kind> = new Map([
  ...flags.map((name) => [name, 'flag'] as const),
  ...switches.map((name) => [name, 'switch'] as const),
  ...values.map((name) => [name, 'value'] as const),
])

/** What the letters of short options stand for: those that are passed on, and those that are not. */
export const letters: ReadonlyMap<string, string> = new Map(
  list(`
    #=progress-bar 0=http1.0 4=ipv4 6=ipv6 A=user-agent b=cookie c=cookie-jar C=continue-at
    d=data D=dump-header e=referer E=cert f=fail F=form g=globoff G=get H=header i=include
    I=head j=junk-session-cookies J=remote-header-name m=max-time N=no-buffer o=output
    O=remote-name q=disable r=range R=remote-time s=silent S=show-error T=upload-file w=write-out
    X=request Y=speed-limit y=speed-time z=time-cond Z=parallel 1=tlsv1 2=sslv2 3=sslv3 :=next
    a=append B=use-ascii h=help k=insecure K=config L=location l=list-only M=manual n=netrc
    p=proxytunnel P=ftp-port Q=quote t=telnet-option U=proxy-user u=user v=verbose V=version
    x=proxy`).map((entry) => [entry.slice(0, 1), entry.slice(2)] as const),
)

interface Refusal {
  readonly names: readonly string[]
  readonly why: Parameters<typeof words.curl.notRunWith>[1]
}

/** Options that people do type, with the reason for which they are not passed on. */
export const refusals: readonly Refusal[] = [
  {
    names: list('location location-trusted follow max-redirs post301 post302 post303 proto-redir'),
    why: 'redirect',
  },
  {
    names: list(`proxy preproxy proxy1.0 socks4 socks4a socks5 socks5-hostname proxytunnel
      proxy-user proxy-header`),
    why: 'proxy',
  },
  {
    names: ['noproxy'],
    why: 'route',
  },
  {
    names: list(`connect-to resolve unix-socket abstract-unix-socket doh-url dns-servers
      dns-interface dns-ipv4-addr dns-ipv6-addr alt-svc config proto-default request-target
      ipfs-gateway`),
    why: 'elsewhere',
  },
  {
    names: ['path-as-is'],
    why: 'pathAsIs',
  },
  {
    names: ['next'],
    why: 'next',
  },
  {
    names:
      list(`insecure proxy-insecure doh-insecure ciphers tls13-ciphers tlsv1 tlsv1.0 tlsv1.1 sslv2
      sslv3 ssl-allow-beast ssl-no-revoke`),
    why: 'insecure',
  },
  {
    names: list(`verbose trace trace-ascii trace-config trace-ids trace-time libcurl xattr
      ssl-sessions`),
    why: 'verbose',
  },
  {
    names: list(`user basic digest ntlm ntlm-wb negotiate anyauth oauth2-bearer aws-sigv4 netrc
      netrc-file netrc-optional delegation service-name login-options`),
    why: 'credentials',
  },
  {
    names: list('help manual version'),
    why: 'noRequest',
  },
]
