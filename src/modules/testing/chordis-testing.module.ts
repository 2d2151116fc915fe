/**
 * `ChordisTestingModule`: in place of `ChordisModule` in a test of some modules. The client that providers inject runs canvases in the test's own
 * process, with the `@Task()` methods of the test's providers. For a whole application see override.ts.
 */
import { type DynamicModule, Module } from '@nestjs/common'
import { InlineChordis } from '../../engine/testing/index.js'
import { ChordisModule } from '../chordis.module.js'
import type { ChordisModuleOptions } from '../chordis.options.js'
import type { ChordisConnection } from '../connections/connection.js'
import { DEFAULT_CONNECTION, tokenOf } from '../connections/tokens.js'
import type { InlineClientOptions } from './inline-connection.js'
import { inlineFactory } from './override.js'

/** What {@link ChordisTestingModule.forRoot} takes. */
export interface ChordisTestingOptions extends InlineClientOptions {
  /** Tasks written without Nest (`task('name', fn).definition`). */
  tasks?: ChordisModuleOptions['tasks']
  /** Name of the connection. Default: the one that is injected by class. */
  name?: string
}

/** In place of `ChordisModule.forRoot(…)` in a test of some modules. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a dynamic module of Nest is a static method of a class
export class ChordisTestingModule {
  /** Global, as `ChordisModule.forRoot` is. */
  static forRoot({ tasks, name = DEFAULT_CONNECTION, ...settings }: ChordisTestingOptions = {}): DynamicModule {
    // Nothing connects: the address is what the type asks for.
    const given: ChordisModuleOptions = { redis: 'redis://inline.invalid', ...(tasks === undefined ? {} : { tasks }) }
    const real = ChordisModule.forRoot({ ...given, ...(settings.logger === undefined ? {} : { logger: settings.logger }), name })
    const connection = tokenOf('connection', name)
    const { factory, inject } = inlineFactory(name, settings)
    const providers = (real.providers ?? []).map((provider) =>
      typeof provider === 'object' && provider.provide === connection ? { provide: connection, inject, useFactory: factory } : provider,
    )
    const client = { provide: InlineChordis, inject: [connection], useFactory: (of: ChordisConnection) => of.client }
    const more = name === DEFAULT_CONNECTION ? [client] : []
    return { ...real, providers: [...providers, ...more], exports: [...(real.exports ?? []), ...more.map(({ provide }) => provide)] }
  }
}
