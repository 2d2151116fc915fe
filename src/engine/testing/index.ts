/** What tests of applications need; shipped as `chordis/testing`. It knows no test framework. */
export { type Timer, VirtualClock, type VirtualClockOptions } from './clock.js'
export { InlineChordis, type InlineOptions, type SubmittedCanvas, type TaskName } from './inline.js'
export type { TaskCall, TaskSource } from './task-book.js'
