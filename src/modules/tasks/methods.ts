/**
 * Every method of every provider, each instance once: where the explorers look for decorators.
 */
import type { DiscoveryService, MetadataScanner } from '@nestjs/core'

export type Wrapper = ReturnType<DiscoveryService['getProviders']>[number]

export interface ProviderMethod {
  wrapper: Wrapper
  /** Of a provider that is made per request or per user: its prototype in the form of an instance that no constructor has seen. */
  instance: Record<string, unknown>
  prototype: object
  key: string
  /** `Class.method` */
  origin: string
}

export function* methodsOf(discovery: DiscoveryService, scanner: MetadataScanner): Generator<ProviderMethod> {
  const seen = new Set<unknown>()
  for (const wrapper of discovery.getProviders()) {
    const { instance } = wrapper as { instance: unknown }
    if (wrapper.isAlias || typeof instance !== 'object' || instance === null || seen.has(instance)) continue
    seen.add(instance)
    const prototype = Object.getPrototypeOf(instance) as object | null
    if (prototype === null) continue
    for (const key of scanner.getAllMethodNames(prototype)) {
      yield { wrapper, instance: instance as Record<string, unknown>, prototype, key, origin: `${prototype.constructor.name}.${key}` }
    }
  }
}
