// Puts the clock of this process ahead by so many milliseconds. Called by a program of its own, and not by a flag of
// Node or a variable, so that the process which refreshes is started by it as well.
'use strict'
module.exports = (ahead) => {
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      super(...(given.length === 0 ? [RealDate.now() + ahead] : given))
    }
    static now() {
      return RealDate.now() + ahead
    }
  }
}
