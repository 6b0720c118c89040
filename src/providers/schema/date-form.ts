import { DateTime, Info, type DateTimeOptions } from 'luxon'

/** The date format of a definition; absent: any format that is not ambiguous. */
export interface DateForm {
  /** In the tokens of luxon: `dd.MM.yyyy HH:mm`. */
  readonly format?: string | undefined
  /** The zone of a date that does not say its own: an IANA name or `UTC+3`. Default: UTC. */
  readonly zone?: string | undefined
}

/** Whether a date written with `format` can be read back with it, at least to the day. */
export function isReadable({ format = '', zone }: DateForm): boolean {
  const written = DateTime.fromISO('2031-10-29T13:24:35Z', dateOptions(zone))
  const read = DateTime.fromFormat(written.toFormat(format), format, dateOptions(zone))
  return read.isValid && Math.abs(read.toMillis() - written.toMillis()) < 86_400_000
}

export function isZone(zone: string): boolean {
  return zone !== 'local' && zone !== 'system' && Info.normalizeZone(zone).isValid
}

/** Options that make luxon independent of the language and time zone of this machine. */
export function dateOptions(zone: string | undefined): DateTimeOptions {
  return { zone: zone ?? 'UTC', locale: 'en-US', numberingSystem: 'latn' }
}
