const namePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/
const reserved = new Set([
  '__proto__',
  'constructor',
  'prototype',
  'tostring',
  'valueof',
  'hasownproperty',
])
const deviceName = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/

/** Whether a profile can have this name. */
export function isProfileName(name: string): boolean {
  return (
    namePattern.test(name) && !reserved.has(name) && !deviceName.test(name) && !name.endsWith('.')
  )
}
