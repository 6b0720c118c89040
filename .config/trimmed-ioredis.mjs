// Of ioredis one connection, standalone, to a socket that stands already: what it would do besides
// (clusters, sentinels, pipelines, scripts, streams) is never run. Loading all of it takes longer than a
// question to a server nearby.

/** As those of `trimmed-packages.mjs`. */
export const ioredisCuts = [
  {
    file: 'ioredis/built/index.js',
    replaced: [
      without('var cluster_1', './cluster'),
      without('var ScanStream_1', './ScanStream'),
      without('var Pipeline_1', './Pipeline'),
      without('var SentinelConnector_1', './connectors/SentinelConnector'),
    ],
  },
  {
    file: 'ioredis/built/Redis.js',
    replaced: [
      without('const cluster_1', './cluster'),
      without('const connectors_1', './connectors'),
      without('const SentinelConnector_1', './connectors/SentinelConnector'),
      without('const ScanStream_1', './ScanStream'),
      [
        'const transaction_1 = require("./transaction")',
        'const transaction_1 = { addTransactionSupport: () => undefined }',
      ],
    ],
  },
  {
    file: 'ioredis/built/utils/Commander.js',
    replaced: [
      [
        'const autoPipelining_1 = require("../autoPipelining")',
        'const autoPipelining_1 = { shouldUseAutoPipelining: () => false }',
      ],
      without('const Script_1', '../Script'),
    ],
  },
  {
    // It would print commands and their arguments, a password among them, where DEBUG says so.
    file: 'ioredis/built/utils/debug.js',
    replaced: [
      [
        'const debug_1 = require("debug")',
        'const debug_1 = { default: () => Object.assign(() => undefined, { enabled: false }) }',
      ],
    ],
  },
  {
    // Channels on which others in this process could listen to what is asked.
    file: 'ioredis/built/tracing.js',
    replaced: [
      [
        'const hasTracingChannel = dc && typeof dc.tracingChannel === "function"',
        'const hasTracingChannel = false',
      ],
    ],
  },
  {
    // Certificate authorities of one vendor.
    file: 'ioredis/built/utils/index.js',
    replaced: [
      [
        'const TLSProfiles_1 = require("../constants/TLSProfiles")',
        'const TLSProfiles_1 = { default: {} }',
      ],
    ],
  },
  {
    // A method for each command of Redis, and where in it keys are: commands are given by name here.
    file: '@ioredis/commands/built/index.js',
    replaced: [['require("./commands.json")', '{ __esModule: true, default: {} }']],
  },
  {
    file: 'redis-errors/index.js',
    replaced: [["? require('./lib/old')", '? undefined']],
  },
  {
    file: 'redis-errors/lib/modern.js',
    replaced: [
      [
        "const assert = require('assert')",
        'const assert = () => undefined\nassert.strictEqual = assert',
      ],
    ],
  },
]

function without(name, path) {
  return [`${name} = require("${path}")`, `${name} = {}`]
}
