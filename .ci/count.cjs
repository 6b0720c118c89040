'use strict'
// Adds up the results of several test runs into the one line that closes the check.
const { readFileSync } = require('node:fs')

const sum = { passed: 0, failed: 0, skipped: 0 }
for (const file of process.argv.slice(2)) {
  const run = JSON.parse(readFileSync(file, 'utf8'))
  sum.passed += run.numPassedTests
  // A suite that does not load has no tests to fail, and is a failure all the same.
  sum.failed +=
    run.numFailedTests +
    run.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    ).length
  sum.skipped += run.numPendingTests + run.numTodoTests
}
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`)
process.exitCode = sum.failed > 0 ? 1 : 0
