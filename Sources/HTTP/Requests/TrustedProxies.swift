public import GatewayKit

/// The proxies whose word about a request is believed (`server.trusted_proxies`).
public struct TrustedProxies: Sendable {
    /// One entry of the setting.
    public enum Entry: Hashable, Sendable {
        /// Every peer in this network.
        case network(IPNetwork)
        /// Every peer on a unix socket.
        case unixSocket
    }

    private let networks: [IPNetwork]
    private let trustsUnixSockets: Bool

    /// Takes the setting's entries; none trusts nobody.
    public init(_ entries: [Entry]) {
        networks = entries.compactMap { if case .network(let network) = $0 { network } else { nil } }
        trustsUnixSockets = entries.contains(.unixSocket)
    }

    /// Whether a peer is a trusted proxy.
    public func trust(_ peer: Peer) -> Bool {
        switch peer {
        case .address(let address): trust(address)
        case .unixSocket: trustsUnixSockets
        case .unknown: false
        }
    }

    /// One of those who are trusted; ``Peer/unknown`` where nobody is.
    public var somebody: Peer {
        if trustsUnixSockets { return .unixSocket }
        return networks.first.map { .address($0.address) } ?? .unknown
    }

    /// The client's address: the peer's own, or for a trusted one the last entry of the `X-Forwarded-For` lines, joined
    /// and read from the right, that is not itself a trusted proxy. At most 32 entries are walked, and one that is no
    /// address ends the walk at the last trusted hop.
    public func client(behind peer: Peer, forwardedFor lines: [String]) -> IPAddress? {
        var hop: IPAddress? = if case .address(let address) = peer { address } else { nil }
        guard trust(peer) else { return hop }
        let entries = lines.flatMap { $0.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) }
        for entry in entries.reversed().prefix(32) {
            guard let address = IPAddress(Self.trimmed(entry)) else { return hop }
            hop = address
            guard trust(address) else { return hop }
        }
        return hop
    }

    private func trust(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }

    private static func trimmed(_ entry: Substring.UTF8View) -> String {
        var rest = entry
        while let first = rest.first, isSpace(first) { rest.removeFirst() }
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return String(Substring(rest))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
