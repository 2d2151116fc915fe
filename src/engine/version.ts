/** The package's version. It names itself: the file is in the same place for sources and for compiled code. */
import { createRequire } from 'node:module'

const { version } = createRequire(import.meta.url)('chordis/package.json') as { version: string }

/** Version of this package, as in its package.json. */
export const VERSION = version
