/** Routes that need no credential. */
import { type CustomDecorator, SetMetadata } from '@nestjs/common'

/** Metadata of {@link Public}. */
export const IS_PUBLIC = Symbol('chordis.public')

/** A controller or a route that answers everybody: health checks. */
export const Public = (): CustomDecorator<symbol> => SetMetadata(IS_PUBLIC, true)
