// What is imported by what every start has and seldom called is loaded with the first call: reading it
// would take a start longer than much of what it does.
export const loadSeldom = {
  name: 'load-seldom',
  renderChunk(code) {
    const written = ['seldom', 'addresses', 'excuses', 'declared'].reduce(loadLate, code)
    return written === code ? null : { code: written, map: null }
  },
}

/** `code`, with the chunk `name` loaded where it is first called. */
function loadLate(code, name) {
  const loading = new RegExp(
    `^const require_${name} = (require\\("[./]+(?:chunks/)?${name}\\.cjs"\\));$`,
    'm',
  )
  if (!loading.test(code)) return code
  return code
    .replaceAll(`require_${name}.`, `require_${name}().`)
    .replace(loading, `let ${name};\nconst require_${name} = () => (${name} ??= $1);`)
}
