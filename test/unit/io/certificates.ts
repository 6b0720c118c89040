import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requirePart } from '../../support/parts.ts'

export interface Certificate {
  readonly cert: string
  readonly key: string
  readonly certPath: string
  readonly keyPath: string
}

export interface Wanted {
  readonly names?: string
  /** As `YYYYMMDDHHMMSSZ`. */
  readonly from?: string
  readonly to?: string
  readonly issuer?: Certificate
  readonly authority?: boolean
}

/** Whether certificates can be made; says so where they cannot. */
export function canCertify(): boolean {
  return requirePart('openssl')
}

/** Makes a certificate called `name` in `directory`: valid, for 127.0.0.1 and localhost, unless said. */
export function certify(directory: string, name: string, wanted: Wanted = {}): Certificate {
  const path = (suffix: string) => join(directory, `${name}.${suffix}`)
  const basics = wanted.authority === true ? 'CA:TRUE' : 'CA:FALSE'
  writeFileSync(
    path('conf'),
    `[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=${name}\n[ext]\nbasicConstraints=critical,${basics}\n` +
      (wanted.authority === true
        ? 'keyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n'
        : `subjectAltName=${wanted.names ?? 'IP:127.0.0.1,DNS:localhost'}\n`) +
      `[ca]\ndefault_ca=own\n[own]\ndatabase=${path('index')}\nserial=${path('serial')}\n` +
      `new_certs_dir=${directory}\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n`,
  )
  writeFileSync(path('index'), '')
  writeFileSync(path('serial'), randomBytes(8).toString('hex'))
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', path('key'))
  openssl('req', '-new', '-config', path('conf'), '-key', path('key'), '-out', path('csr'))
  const signer = wanted.issuer ?? { certPath: '', keyPath: path('key') }
  const by = wanted.issuer === undefined ? ['-selfsign'] : ['-cert', signer.certPath]
  openssl(
    ...['ca', '-batch', '-notext', '-config', path('conf'), '-extensions', 'ext', ...by],
    ...['-keyfile', signer.keyPath, '-in', path('csr'), '-out', path('crt')],
    ...['-startdate', wanted.from ?? '20200101000000Z', '-enddate', wanted.to ?? '20491231000000Z'],
  )
  return {
    cert: readFileSync(path('crt'), 'utf8'),
    key: readFileSync(path('key'), 'utf8'),
    certPath: path('crt'),
    keyPath: path('key'),
  }
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' })
}
