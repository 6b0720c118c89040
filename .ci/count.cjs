'use strict'
// Names what failed and adds up the results of several test runs into the one line that closes the
// check. The names come last because only the end of a long output is sure to be kept.
const { readFileSync } = require('node:fs')

const sum = { passed: 0, failed: 0, skipped: 0 }
for (const file of process.argv.slice(2)) {
  const run = JSON.parse(readFileSync(file, 'utf8'))
  sum.passed += run.numPassedTests
  // A suite that does not load has no tests to fail, and is a failure all the same.
  const notLoaded = run.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  sum.failed += run.numFailedTests + notLoaded.length
  sum.skipped += run.numPendingTests + run.numTodoTests
  for (const { name, message } of notLoaded) report(name, message)
  for (const { assertionResults } of run.testResults) {
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === 'failed') report(fullName, failureMessages.join('\n'))
    }
  }
}
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`)
process.exitCode = sum.failed > 0 ? 1 : 0

function report(name, message) {
  process.stdout.write(`FAILED ${name}\n${message.split('\n').slice(0, 20).join('\n')}\n\n`)
}
