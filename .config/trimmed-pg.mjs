// Of pg its client: no pool, no types (all comes as text), no URL (ours is read by us), no file of
// passwords (that too), no other runtime. SCRAM by the cryptography that is loaded anyway: loading Web
// Crypto, and asking what `Response` is, each takes longer than a question to a server nearby.

/** As those of `trimmed-packages.mjs`. */
export const pgCuts = [
  {
    file: 'pg/lib/client.js',
    replaced: [["const pgPass = require('pgpass')", 'const pgPass = undefined']],
  },
  {
    file: 'pg/lib/connection-parameters.js',
    replaced: [
      ["const dns = require('dns')", 'const dns = undefined'],
      [
        "const parse = require('pg-connection-string').parse // parses a connection string",
        'const parse = undefined',
      ],
    ],
  },
  {
    file: 'pg/lib/defaults.js',
    replaced: [
      [
        "const pgTypes = require('pg-types')",
        'const pgTypes = { getTypeParser: () => (value) => value }',
      ],
    ],
  },
  {
    file: 'pg/lib/result.js',
    replaced: [["const types = require('pg-types')", 'const types = undefined']],
  },
  {
    file: 'pg/lib/type-overrides.js',
    replaced: [["const types = require('pg-types')", 'const types = undefined']],
  },
  {
    file: 'pg/lib/stream.js',
    replaced: [
      [
        "const { CloudflareSocket } = require('pg-cloudflare')",
        'const CloudflareSocket = undefined',
      ],
      ['if (isCloudflareRuntime()) {', 'if (false) {'],
    ],
  },
  {
    // SCRAM is not bound to the channel of TLS (`enableChannelBinding`): no certificate is read for it.
    file: 'pg/lib/crypto/sasl.js',
    replaced: [
      [
        "const { signatureAlgorithmHashFromCertificate } = require('./cert-signatures')",
        'const signatureAlgorithmHashFromCertificate = undefined',
      ],
    ],
  },
  {
    file: 'pg/lib/crypto/utils.js',
    replaced: [
      [
        'const webCrypto = nodeCrypto.webcrypto || globalThis.crypto',
        'const webCrypto = undefined',
      ],
      ['const subtleCrypto = webCrypto.subtle', 'const subtleCrypto = undefined'],
      [
        'return webCrypto.getRandomValues(Buffer.alloc(length))',
        'return nodeCrypto.randomBytes(length)',
      ],
      [
        "return await subtleCrypto.digest('SHA-256', text)",
        "return nodeCrypto.createHash('sha256').update(text).digest()",
      ],
      [
        "const key = await subtleCrypto.importKey('raw', keyBuffer, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])",
        'const key = keyBuffer',
      ],
      [
        "return await subtleCrypto.sign('HMAC', key, textEncoder.encode(msg))",
        "return nodeCrypto.createHmac('sha256', key).update(msg).digest()",
      ],
      [
        "const key = await subtleCrypto.importKey('raw', textEncoder.encode(password), 'PBKDF2', false, ['deriveBits'])",
        '',
      ],
      [
        "const params = { name: 'PBKDF2', hash: 'SHA-256', salt: salt, iterations: iterations }",
        '',
      ],
      [
        "return await subtleCrypto.deriveBits(params, key, 32 * 8, ['deriveBits'])",
        "return nodeCrypto.pbkdf2Sync(password, salt, iterations, 32, 'sha256')",
      ],
    ],
  },
]
