/** Imported first, it lets the commands of a test file go through a service over HTTP instead of to Redis. */
import { way } from './harness.js'

way.service = true
