/** What `work` gives within so many milliseconds, else `undefined`: it goes on. Throws what it throws by then. */
export async function within<Value>(
  work: Promise<Value>,
  limit: number,
): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limit, undefined)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
