/**
 * Which hosts and addresses a webhook may be sent to. A URL comes from outside, and names a host that its owner resolves to whatever it likes, to something
 * else at every question (DNS rebinding): so addresses are judged where the connection is made, and the connection is made to the address that was judged
 * (OWASP API7, SSRF).
 */
import ipaddr from 'ipaddr.js'
import { ChordisError } from '../../engine/index.js'

/** Which hosts may be told. */
export interface WebhookHosts {
  /**
   * Hosts that may be told, and no others: names (`hooks.example.com`), or all names below one (`*.example.com`). Default: all.
   */
  allowHosts?: readonly string[]
  /** Networks of addresses that may be told although they are no public ones, as CIDR (`10.1.0.0/16`, `::1/128`). Default: none. */
  allowNetworks?: readonly string[]
  /** Whether URLs may begin with `http://`. Anybody on the way reads what is told then; for development. Default false. */
  allowHttp?: boolean
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Addresses of the internet, as far as they are given out (RFC 4291): what lies outside is old, reserved, or holds an address of IPv4. */
const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3') as [ipaddr.IPv6, number]
/** Reaches the address of IPv4 in its last four bytes, in networks without IPv4 (RFC 6052): judged by that. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96') as [ipaddr.IPv6, number]

/** Names that mean this machine or its network wherever they are asked. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/

/** Judges URLs, hosts and addresses. */
export class HostPolicy {
  private readonly networks: readonly [Address, number][]

  /** @throws ChordisError `request-invalid` for what is no network */
  constructor(private readonly hosts: WebhookHosts) {
    this.networks = (hosts.allowNetworks ?? []).map((text, k) => {
      if (!ipaddr.isValidCIDR(text))
        throw new ChordisError('request-invalid', 'must be a network such as 10.1.0.0/16', { path: `allowNetworks[${k}]` })
      return ipaddr.parseCIDR(text)
    })
  }

  /** Whether a URL may be told, as far as it says itself. @throws ChordisError `request-invalid` with what is wrong */
  check(text: string, path = 'url'): URL {
    const wrong = (rule: string) => new ChordisError('request-invalid', rule, { path })
    if (!URL.canParse(text)) throw wrong('must be a URL')
    const url = new URL(text)
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.hosts.allowHttp === true)) throw wrong('must begin with https://')
    if (url.username !== '' || url.password !== '') throw wrong('must hold no user and no password')
    if (isServicePort(url)) throw wrong('must be of port 443, or of one from 1024 on')
    const host = hostOf(url)
    const address = ipaddr.isValid(host) ? ipaddr.parse(host) : undefined
    if (!this.allowsHost(host)) throw wrong('is of a host that this service does not tell')
    if (address !== undefined && !this.allows(host)) throw wrong('must not be of a private address')
    if (address === undefined && LOCAL_NAME.test(host) && this.networks.length === 0) throw wrong('must not be of a local name')
    return url
  }

  /** Whether an address may be connected to. */
  allows(text: string): boolean {
    // A zone (`fe80::1%eth0`) names an interface of this machine.
    if (!ipaddr.isValid(text) || text.includes('%')) return false
    const address = reached(text)
    return (
      isPublic(address) ||
      this.networks.some(([network, bits]) => address.kind() === network.kind() && address.match(network as never, bits))
    )
  }

  private allowsHost(host: string): boolean {
    const { allowHosts } = this.hosts
    if (allowHosts === undefined) return true
    return allowHosts.some((one) => {
      const name = one.toLowerCase()
      return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name
    })
  }
}

/** Ports of mail, shells, directories: what speaks something else there might take a request for a command. */
const isServicePort = ({ port }: URL): boolean => port !== '' && port !== '443' && port !== '80' && Number(port) < 1_024

/** As it is compared: `URL` has written numbers in any form as an address; brackets and the dot of the root are left out. */
export const hostOf = ({ hostname }: URL): string =>
  hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()

/** The address that is reached: of one that stands for an address of IPv4 (`::ffff:10.0.0.1`, NAT64), that one. */
function reached(text: string): Address {
  const address = ipaddr.process(text)
  return address instanceof ipaddr.IPv6 && address.match(...NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address
}

/** Nothing that is private, shared, link-local, loopback, multicast, for documents and tests, or a tunnel (6to4, Teredo). */
const isPublic = (address: Address): boolean =>
  address.range() === 'unicast' && (address instanceof ipaddr.IPv4 || address.match(...GLOBAL))
