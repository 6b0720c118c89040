// Runs the built program (CLOCK_PROGRAM) with its clock ahead by CLOCK_AHEAD milliseconds. A program of its own, and
// not a flag of Node, so that the process which refreshes is started by it as well.
'use strict'
const ahead = Number(process.env.CLOCK_AHEAD)
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [RealDate.now() + ahead] : given))
  }
  static now() {
    return RealDate.now() + ahead
  }
}
require(process.env.CLOCK_PROGRAM).start(__filename)
