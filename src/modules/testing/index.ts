/**
 * What tests of Nest applications need, beside `chordis/testing`.
 *
 * @module chordis/testing/nestjs
 */
export { InlineChordis } from '../../engine/testing/index.js'
export { ChordisTestingModule, type ChordisTestingOptions } from './chordis-testing.module.js'
export type { InlineClientOptions } from './inline-connection.js'
export { type InlineApplicationOptions, type OverridableModule, withInlineChordis } from './override.js'
