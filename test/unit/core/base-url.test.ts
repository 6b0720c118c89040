import { describe, expect, it } from 'vitest'
import { checkBaseUrl } from '../../../src/core/base-url.ts'

describe('checkBaseUrl', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['https://api.example.com/', 'https://api.example.com'],
    ['https://api.example.com/v1//', 'https://api.example.com/v1'],
    ['https://API.example.com.', 'https://api.example.com'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://127.9.9.9', 'http://127.9.9.9'],
    ['http://[::1]:1', 'http://[::1]:1'],
    ['http://localhost:3000/x', 'http://localhost:3000/x'],
    ['http://0x7f.1', 'http://127.0.0.1'],
    ['http://2130706433', 'http://127.0.0.1'],
  ])('keeps %j as %j', (text, expected) => {
    expect(checkBaseUrl(text, 'the base URL')).toBe(expected)
  })

  it.each([
    'http://api.example.com',
    'http://localhost.evil.com',
    'http://127.0.0.1.evil.com',
    'http://[::ffff:127.0.0.1]',
    'http://128.0.0.1',
    'ftp://127.0.0.1',
    'file:///etc/passwd',
    'https://user:pass@api.example.com',
    'https://u@h',
    'https://h/?q=1',
    'https://h/#f',
    'api.example.com',
    '',
    'https://',
    'https://h:0x',
    'https://h:65536',
    'javascript:alert(1)',
    `https://${'a'.repeat(3_000)}.com`,
    'https://h:１２',
  ])('refuses %j', (text) => {
    expect(() => checkBaseUrl(text, 'the base URL')).toThrow(/the base URL/)
  })

  it('does not repeat a password', () => {
    expect(() => checkBaseUrl('ftp://user:hunter2@h', 'the base URL')).toThrow(/^(?!.*hunter2)/)
  })
})
