/** What tests of Nest applications need; shipped as `chordis/testing/nestjs`. */
export { InlineChordis } from '../../engine/testing/index.js'
export { ChordisTestingModule, type ChordisTestingOptions } from './chordis-testing.module.js'
export { type OverridableModule, withInlineChordis } from './override.js'
