import { execFileSync } from 'node:child_process'

/**
 * Whether a part that not every machine has is there: a program by its name, `linux`, `root`, or
 * whatever `there` has found out. Where it is not, says so in one loud line, with `how` to get it;
 * throws where `TOKN_TEST_REQUIRE` lists it, so that nothing is skipped unseen.
 */
export function requirePart(name: string, there = isThere(name), how?: string): boolean {
  if (there) return true
  const text = `SKIPPED: a test needs ${name}, which is not on this machine${how === undefined ? '' : ` (${how})`}`
  if ((process.env['TOKN_TEST_REQUIRE'] ?? '').split(',').includes(name)) throw new Error(text)
  console.warn(text)
  return false
}

function isThere(name: string): boolean {
  if (name === 'linux') return process.platform === 'linux'
  if (name === 'root') return process.geteuid?.() === 0
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
