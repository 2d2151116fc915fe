/** Which URLs and addresses a webhook may be sent to. */
import { describe, expect, test } from 'vitest'
import { HostPolicy } from '../../../src/modules/webhooks/addresses.js'

const policy = new HostPolicy({})

const PRIVATE = [
  ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255'],
  ...['192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1'],
  ...['255.255.255.255', '::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '::ffff:0:127.0.0.1'],
  ...['64:ff9b::10.0.0.1', '64:ff9b:1::7f00:1', '100::1', '2001::1', '2001:20::1', '2001:db8::1', '2002:7f00:1::', '2002:a00:1::'],
  ...['3fff::1', '5f00::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', 'not an address'],
]
const PUBLIC = ['1.1.1.1', '8.8.8.8', '93.184.215.14', '172.32.0.1', '2606:4700:4700::1111', '::ffff:1.1.1.1', '64:ff9b::1.1.1.1']

describe('an address', () => {
  test.each(PRIVATE)('%s is refused', (address) => expect(policy.allows(address)).toBe(false))
  test.each(PUBLIC)('%s is allowed', (address) => expect(policy.allows(address)).toBe(true))

  test('of a network that was allowed by name is allowed, in the form that maps it to IPv6, too, and no other', () => {
    const some = new HostPolicy({ allowNetworks: ['10.1.0.0/16', 'fd00::/8'] })
    expect(['10.1.2.3', '::ffff:10.1.2.3', 'fd00::1', '1.1.1.1'].map((one) => some.allows(one))).toEqual([true, true, true, true])
    expect(['10.2.0.1', '127.0.0.1', 'fe80::1'].map((one) => some.allows(one))).toEqual([false, false, false])
    expect(() => new HostPolicy({ allowNetworks: ['10.1'] })).toThrow(
      expect.objectContaining({ code: 'request-invalid', path: 'allowNetworks[0]' }),
    )
  })
})

describe('a URL', () => {
  test.each([
    ...[
      'https://127.0.0.1/',
      'https://127.1/',
      'https://2130706433/',
      'https://0x7f000001/',
      'https://017700000001/',
      'https://127.0.0.1./',
    ],
    ...[
      'https://①②⑦.0.0.1/',
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
      'https://[::ffff:7f00:1]/',
      'https://0/',
      'https://10.0.0.1:8443/',
    ],
    ...['https://localhost/', 'https://LOCALHOST./', 'https://a.localhost/', 'https://metadata.google.internal/', 'https://printer.local/'],
    ...['http://example.com/', 'ftp://example.com/', 'file:///etc/passwd', 'https://user@example.com/', 'https://user:pw@example.com/'],
    ...['https://example.com:22/', 'https://example.com:25/', 'https://169.254.169.254/latest/meta-data', 'nonsense', ''],
  ])('%s is refused', (url) => {
    expect(() => policy.check(url)).toThrow(expect.objectContaining({ code: 'request-invalid', path: 'url' }))
  })

  test.each(['https://example.com/', 'https://example.com:8443/hook?token=a', 'https://1.1.1.1/', 'https://[2606:4700:4700::1111]/'])(
    '%s is allowed',
    (url) => expect(policy.check(url).protocol).toBe('https:'),
  )

  test('of a host that is not in the list is refused, where there is a list', () => {
    const listed = new HostPolicy({ allowHosts: ['hooks.example.com', '*.acme.example'] })
    for (const good of ['https://HOOKS.example.com/', 'https://hooks.example.com./', 'https://a.b.acme.example/']) listed.check(good)
    for (const bad of [
      'https://example.com/',
      'https://acme.example/',
      'https://evil-acme.example/',
      'https://hooks.example.com.evil.test/',
      'https://1.1.1.1/',
    ])
      expect(() => listed.check(bad), bad).toThrow(expect.objectContaining({ path: 'url' }))
  })

  test('without TLS is allowed where that was said', () => {
    expect(new HostPolicy({ allowHttp: true }).check('http://example.com/').port).toBe('')
  })
})
