import type { EngineFinding, EngineOptions } from '../../core/shared-engine.ts'
import type { EtcdAddress } from './address.ts'
import type { Gateway } from './gateway.ts'
import type { Layout } from './layout.ts'

export async function examine(
  _gateway: Gateway,
  _keys: Layout,
  _address: EtcdAddress,
  _options: EngineOptions,
): Promise<readonly EngineFinding[]> {
  return []
}
