/**
 * Chordis as a service: what `npm start` runs, in one call or as modules of your own application. Needs `@nestjs/swagger` and `@fastify/static`
 * beside the peers of `chordis/nestjs`.
 *
 * @module chordis/service
 */
export { openApiDocument, serveDocs } from '../rest/docs.js'
export { RestModule } from '../rest/rest.module.js'
export { createService, type Service, type ServiceOptions } from './create-service.js'
