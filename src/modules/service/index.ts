/**
 * Chordis as a service: what `npm start` runs, in one call or as modules of your own application. Needs `@nestjs/swagger` and `@fastify/static`
 * beside the peers of `chordis/nestjs`.
 *
 * @module chordis/service
 */
export { AccessGuard } from '../access/access.guard.js'
export { AccessModule } from '../access/access.module.js'
export type { AccessOptions, ClaimNames, JwtOptions, StaticKey } from '../access/access.options.js'
export { Asking } from '../access/asking.js'
export { Authenticator } from '../access/authenticator.js'
export { type Grant, Principal, type PrincipalKind } from '../access/principal.js'
export { Public } from '../access/public.decorator.js'
export type { HttpOptions } from '../http/adapter.js'
export { openApiDocument, serveDocs } from '../rest/docs.js'
export { RestModule } from '../rest/rest.module.js'
export { createService, type Service, type ServiceOptions } from './create-service.js'
