import type { Type } from '@nestjs/common'
import type { ModuleRef } from '@nestjs/core'

/** A provider of whatever module, where the application has it. */
export function foundIn<T>(modules: ModuleRef, type: Type<T>): T | undefined {
  try {
    return modules.get(type, { strict: false })
  } catch {
    return undefined
  }
}
