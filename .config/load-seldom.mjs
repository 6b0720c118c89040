// What is imported by what every start has and seldom called is loaded with the first call: reading it
// would take a start longer than much of what it does.
/** The chunks that are loaded so. */
export const late = ['seldom', 'excuses', 'declared', 'seldom-shared', 'seldom-redis', 'shared']

export const loadSeldom = {
  name: 'load-seldom',
  renderChunk(code) {
    const written = late.reduce(loadLate, code)
    return written === code ? null : { code: written, map: null }
  },
}

/** `code`, with the chunk `name` loaded where it is first called. */
function loadLate(code, name) {
  const chunk = name.replaceAll('-', '_')
  const loading = new RegExp(
    `^const require_${chunk} = (require\\("[./]+(?:chunks/)?${name}\\.cjs"\\));$`,
    'm',
  )
  if (!loading.test(code)) return code
  return code
    .replaceAll(`require_${chunk}.`, `require_${chunk}().`)
    .replace(loading, `let _${chunk};\nconst require_${chunk} = () => (_${chunk} ??= $1);`)
}
