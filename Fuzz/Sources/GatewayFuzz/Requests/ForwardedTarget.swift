import GatewayHTTP
import GatewayKit

extension FuzzTarget {
    /// A peer in the first line and `X-Forwarded-For` in the others: the client is the peer or one of the last 32
    /// addresses, and whoever stands between is a trusted proxy.
    static let forwarded = FuzzTarget("forwarded") { input in
        let text = String(decoding: input, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let peer = lines[0] == "unix" ? Peer.unixSocket : IPAddress(lines[0]).map(Peer.address) ?? .unknown
        if case .address(let address) = peer {
            claim("an address has nothing but digits", holds: lines[0].utf8.allSatisfy(isOfAddress))
            claim("an address is read as it is written", holds: IPAddress(address.description) == address)
            claim("these networks are trusted", holds: proxies.trust(peer) == isTrusted(address.description))
        }
        let forwarded = Array(lines.dropFirst())
        let client = proxies.client(behind: peer, forwardedFor: forwarded)
        let entries = forwarded.joined(separator: ",").split(separator: ",", omittingEmptySubsequences: false)
        let hops = forwarded.isEmpty ? [] : entries.reversed().map { IPAddress(trimmed($0)) }
        claim("the client is who an independent walk finds", holds: client == walk(from: peer, over: hops))
        guard let client, client != peer.address else { return }
        claim("only a trusted peer is believed", holds: proxies.trust(peer))
        let place = hops.firstIndex(of: client)
        claim("the client is one of the last 32", holds: place.map { $0 < 32 } ?? false)
        let between = hops.prefix(place ?? 0)
        let isTrusted = between.allSatisfy { hop in hop.map { proxies.trust(.address($0)) } ?? false }
        claim("who stands between is trusted", holds: isTrusted)
    }

    /// The rule once more, in another way: the trusted from the right, and the first who is not.
    private static func walk(from peer: Peer, over hops: [IPAddress?]) -> IPAddress? {
        guard proxies.trust(peer) else { return peer.address }
        var (last, left) = (peer.address, hops.prefix(32)[...])
        while let hop = left.popFirst(), let address = hop {
            last = address
            if !proxies.trust(.address(address)) { break }
        }
        return last
    }

    private static func trimmed(_ text: Substring) -> String {
        var bytes = text.utf8[...]
        while let byte = bytes.first, byte == 32 || byte == 9 { bytes.removeFirst() }
        while let byte = bytes.last, byte == 32 || byte == 9 { bytes.removeLast() }
        return String(Substring(bytes))
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        Array("0123456789abcdefABCDEF.:".utf8).contains(byte)
    }

    /// The networks below once more, as they are written.
    private static func isTrusted(_ address: String) -> Bool {
        address == "::1" || address.hasPrefix("127.") || address.hasPrefix("10.")
            || address.wholeMatch(of: #/fd[0-9a-f]{2}:.*/#) != nil
    }

    private static let proxies = TrustedProxies(
        [.unixSocket]
            + ["127.0.0.0/8", "10.0.0.0/8", "::1", "fd00::/8"].compactMap { IPNetwork($0) }.map { .network($0) })
}

extension Peer {
    fileprivate var address: IPAddress? { if case .address(let address) = self { address } else { nil } }
}
