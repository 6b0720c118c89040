import { expect, test } from 'vitest'
import { isLoopbackAddress } from '../../../src/core/loopback.ts'

test.each(['127.0.0.1', '127.255.249.199', '127.0.0.0', '::1', '[::1]'])('%s is here', (host) =>
  expect(isLoopbackAddress(host)).toBe(true),
)

// Whatever is no address is asked of a resolver, or read in another way by another library.
test.each(
  '127.999.0.1 127.0.0.256 127.0.0.01 127.1 127.0.0.1. 127.0.0.1.example localhost [::1 ::2 128.0.0.1 0.0.0.0'.split(
    ' ',
  ),
)('%s may be anywhere', (host) => expect(isLoopbackAddress(host)).toBe(false))
