const prefix = 'urn:ietf:params:oauth:grant-type:'

/** Extension grants (RFC 6749 section 4.5), whose types are URNs. */
export const extensionGrants = {
  /** RFC 8628 section 3.4. */
  device: `${prefix}device_code`,
  /** RFC 8693 section 2.1. */
  exchange: `${prefix}token-exchange`,
  /** RFC 7523 section 2.1. */
  assertion: `${prefix}jwt-bearer`,
} as const
