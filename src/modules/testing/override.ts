/** A whole application with inline clients: its modules stay as they are, and what would call Redis is replaced. */
import type { Logger } from '../../engine/index.js'
import type { ChordisModuleOptions } from '../chordis.options.js'
import { OPTIONS } from '../chordis.options.js'
import { DEFAULT_CONNECTION, loggerTokenOf, tokenOf } from '../connections/tokens.js'
import { type InlineClientOptions, InlineConnection } from './inline-connection.js'

interface Override<B> {
  useFactory(options: { factory: (...args: never[]) => unknown; inject?: unknown[] }): B
}

/** The part of `TestingModuleBuilder` (of @nestjs/testing) that is needed. */
export interface OverridableModule<B> {
  /** As of Nest's testing module. */
  overrideProvider(token: unknown): Override<B>
}

/** What {@link withInlineChordis} takes beside the module. */
export interface InlineApplicationOptions extends InlineClientOptions {
  /** Names of the connections that run inline. Default: the one without a name. */
  connections?: readonly string[]
}

/** What makes the inline connection of this name, and what it is given. */
export function inlineFactory(name: string, settings: InlineClientOptions) {
  const factory = (options: ChordisModuleOptions, logger: Logger) => new InlineConnection(name, options, logger, settings)
  return { factory, inject: [OPTIONS, loggerTokenOf(name)] }
}

/**
 * The application's providers run their tasks inline; `module.get(ChordisClient)` is an `InlineChordis`.
 * @example const module = await withInlineChordis(Test.createTestingModule({ imports: [AppModule] })).compile()
 */
export function withInlineChordis<B extends OverridableModule<B>>(builder: B, options: InlineApplicationOptions = {}): B {
  const { connections = [DEFAULT_CONNECTION], ...settings } = options
  return connections.reduce(
    (of, name) => of.overrideProvider(tokenOf('connection', name)).useFactory(inlineFactory(name, settings)),
    builder,
  )
}
