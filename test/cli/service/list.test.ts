/** The tests of ../list.test.ts, through a service over HTTP. */
import '../over-service.js'
import '../list.test.js'
