#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An IPv4 or IPv6 address, without port or zone; an IPv4 address mapped into IPv6 is the IPv4 address.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The 4 or 16 bytes in network order.
    public let bytes: [UInt8]

    /// Takes an address in its usual spelling (RFC 4291, section 2.2; dotted decimal without leading zeros for IPv4),
    /// or nil for anything else.
    public init?(_ text: String) {
        // C would read no further, and take what stands before it.
        guard !text.utf8.contains(0) else { return nil }
        var address4 = in_addr()
        var address6 = in6_addr()
        if unsafe inet_pton(AF_INET, text, &address4) == 1 {
            bytes = unsafe withUnsafeBytes(of: &address4) { unsafe Array($0) }
        } else if unsafe inet_pton(AF_INET6, text, &address6) == 1 {
            let all = unsafe withUnsafeBytes(of: &address6) { unsafe Array($0) }
            bytes = all.starts(with: Self.mappedPrefix) ? Array(all[12...]) : all
        } else {
            return nil
        }
    }

    /// Whether it is an IPv6 address.
    public var isIPv6: Bool { bytes.count == 16 }

    /// The network of so many leading bits, with the rest set to zero; the prefix is clamped to the address's length.
    public func network(prefix: Int) -> IPNetwork { IPNetwork(address: self, prefix: prefix) }

    /// The usual spelling; IPv6 with its longest run of zeros shortened (RFC 5952).
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = isIPv6 ? AF_INET6 : AF_INET
        guard unsafe inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]
}

/// A network of addresses in CIDR notation, such as `127.0.0.0/8`.
public struct IPNetwork: Hashable, Sendable, CustomStringConvertible {
    /// The first address of the network.
    public let address: IPAddress
    /// How many leading bits all its addresses share.
    public let prefix: Int

    /// Takes `address/prefix`, or an address alone for a network of one; nil for anything else, and for an address with
    /// bits set behind the prefix, which is more often a slip than meant.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        let all = address.bytes.count * 8
        guard parts.count == 2 else {
            self.init(address: address, prefix: all)
            return
        }
        guard let prefix = Int(parts[1]), (0...all).contains(prefix), String(prefix) == parts[1] else { return nil }
        self.init(address: address, prefix: prefix)
        guard self.address == address else { return nil }
    }

    init(address: IPAddress, prefix: Int) {
        let kept = max(0, min(prefix, address.bytes.count * 8))
        self.prefix = kept
        self.address = IPAddress(bytes: address.bytes.enumerated().map { $1 & Self.mask(of: $0, prefix: kept) })
    }

    /// Whether the address lies in this network; one of the other family never does.
    public func contains(_ other: IPAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        return zip(other.bytes, address.bytes).enumerated().allSatisfy { index, pair in
            pair.0 & Self.mask(of: index, prefix: prefix) == pair.1
        }
    }

    public var description: String { "\(address)/\(prefix)" }

    private static func mask(of byte: Int, prefix: Int) -> UInt8 {
        let bits = prefix - byte * 8
        return bits >= 8 ? 255 : bits <= 0 ? 0 : 255 << UInt8(8 - bits)
    }
}
