/** Who may use a Nest application: credentials, and the guard that asks for them. */
import { ConfigurableModuleBuilder, Module } from '@nestjs/common'
import { Client, type Logger } from '../../engine/index.js'
import { CHORDIS_LOGGER } from '../chordis.options.js'
import { AccessGuard } from './access.guard.js'
import { ACCESS_OPTIONS, type AccessOptions, checkAccess } from './access.options.js'
import { ApiKeyVerifier } from './api-key.verifier.js'
import { Authenticator } from './authenticator.js'
import { FAILURES_WINDOW_MS, Failures } from './failures.js'
import { JwtVerifier } from './jwt.verifier.js'
import { OpenMode } from './open-mode.js'
import { RateCounter } from './rate-counter.js'

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<AccessOptions>({ optionsInjectionToken: ACCESS_OPTIONS })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createAccessOptions')
  .setExtras({}, (definition) => ({ ...definition, global: true }))
  .build()

/**
 * Provides {@link Authenticator} and {@link AccessGuard}: import it beside `ChordisModule.forRoot`, and guard with `@UseGuards(AccessGuard)` or `APP_GUARD`.
 * Boot fails (`request-invalid`, `name-invalid`) for options that cannot be.
 */
@Module({
  providers: [
    { provide: Authenticator, inject: [ACCESS_OPTIONS, Client], useFactory: authenticatorOf },
    { provide: OpenMode, inject: [ACCESS_OPTIONS, Client, CHORDIS_LOGGER], useFactory: openModeOf },
    { provide: Failures, inject: [Client], useFactory: failuresOf },
    AccessGuard,
  ],
  exports: [Authenticator, OpenMode, Failures, AccessGuard],
})
export class AccessModule extends ConfigurableModuleClass {}

function authenticatorOf(options: AccessOptions, client: Client): Authenticator {
  const { apiKeys = true, jwt, staticKeys = [] } = checkAccess(options)
  return new Authenticator({
    ...(apiKeys ? { keys: new ApiKeyVerifier(client.apiKeys) } : {}),
    ...(jwt === undefined ? {} : { jwt: new JwtVerifier(jwt) }),
    staticKeys,
  })
}

function openModeOf(options: AccessOptions, { apiKeys }: Client, logger: Logger): OpenMode {
  return new OpenMode(options, options.apiKeys === false ? undefined : () => apiKeys.count(), logger)
}

function failuresOf({ rates }: Client): Failures {
  return new Failures(new RateCounter((counts, windowMs) => rates.add(counts, windowMs), { windowMs: FAILURES_WINDOW_MS }))
}
