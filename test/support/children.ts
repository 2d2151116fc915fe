/** Child processes and temporary folders that never outlive the test process: those of `chordis/testing`. */
export * from '../../src/engine/testing/children.js'
