/** The tests of ../audit.test.ts, through a service over HTTP. */
import '../over-service.js'
import '../audit.test.js'
