import type { Field } from '../../../core/provider.ts'
import type { Preset } from '../presets.ts'
import { secretFields, settingFields, type ClientAuthMethod } from './fields.ts'
import { flowOf, needsPerson, type Flow } from './flow.ts'
import type { Settings } from './in-force.ts'

const neededBy: Partial<Record<Flow, readonly string[]>> = {
  password: ['username', 'password'],
  exchange: ['subject_token'],
}

/** The fields of a login with `settings`: what its flow needs is not optional. */
export function fieldsFor(preset: Preset | undefined, settings: Settings): readonly Field[] {
  const requireSecret = neededBy[flowOf(settings)] ?? []
  const known =
    preset !== undefined ||
    settings['token_endpoint'] !== undefined ||
    settings['discovery'] !== undefined
  const issuer: readonly Field[] =
    preset === undefined
      ? [
          {
            ...{ name: 'issuer', label: 'Issuer URL', optional: known, flag: '--issuer URL' },
            server: 'itself',
          },
        ]
      : []
  // Whether the server does that is not known here; those of presets do not.
  const registers = preset === undefined && needsPerson(settings)
  return [
    ...issuer,
    ...(preset?.fields ?? []).map((field): Field => ({ ...field, server: 'part' })),
    {
      name: 'client_id',
      label: 'Client ID',
      flag: registers ? '--client-id ID or --register' : '--client-id ID',
      optional: settings['register'] === 'true',
    },
    ...[...settingFields, ...secretFields].map((field) =>
      requireSecret.includes(field.name)
        ? { ...field, optional: false }
        : { ...field, ...proofOf(field, { ...preset?.settings, ...settings }) },
    ),
  ]
}

const withSecret = [
  'client_secret_post',
  'client_secret_basic',
  'basic_raw',
  'client_secret_jwt',
] as const satisfies ClientAuthMethod[]

/** Whether a person is asked for what the client proves itself with, by how it logs in. */
function proofOf({ name }: Field, settings: Settings): Pick<Field, 'askUnless' | 'askWhenRefused'> {
  const { client_auth: method } = settings
  const flow = flowOf(settings)
  if (name === 'private_key_file') {
    if (method === 'private_key_jwt') return { askUnless: ['private_key'] }
    return flow === 'jwt' ? { askUnless: ['private_key', 'assertion'] } : {}
  }
  if (name !== 'client_secret') return {}
  if (withSecret.some((one) => one === method)) return { askUnless: [] }
  if (method !== undefined) return {}
  if (flow === 'client') return { askUnless: ['private_key', 'private_key_file'] }
  // Many clients have none, and nobody knows before the server says so.
  return { askWhenRefused: true }
}
