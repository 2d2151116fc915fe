/**
 * `/livez` and `/readyz`, for processes of every role.
 */
import { Module } from '@nestjs/common'
import { HealthController } from './health.controller.js'

/** `/livez` and `/readyz`, for processes of every role. */
@Module({ controllers: [HealthController] })
export class HealthModule {}
