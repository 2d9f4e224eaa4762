import GatewayHTTP
import GatewayKit
import Testing

@Suite struct TrustedProxiesTests {
    /// Whose word is believed, who is at the other end, what it says, and who the client then is.
    struct Walk: Sendable, CustomTestStringConvertible {
        let trusted: [String]
        let peer: String
        let lines: [String]
        let client: String?

        var testDescription: String { "\(peer) saying \(lines)" }
    }

    @Test(arguments: [
        Walk(trusted: [], peer: "9.9.9.9", lines: ["1.1.1.1"], client: "9.9.9.9"),
        Walk(trusted: ["10.0.0.0/8"], peer: "9.9.9.9", lines: ["1.1.1.1"], client: "9.9.9.9"),
        Walk(trusted: ["10.0.0.0/8"], peer: "10.0.0.1", lines: [], client: "10.0.0.1"),
        Walk(trusted: ["10.0.0.0/8"], peer: "10.0.0.1", lines: ["6.6.6.6, 1.1.1.1"], client: "1.1.1.1"),
        Walk(trusted: ["10.0.0.0/8"], peer: "10.0.0.1", lines: ["6.6.6.6", "1.1.1.1,\t10.0.0.2"], client: "1.1.1.1"),
        Walk(trusted: ["10.0.0.0/8"], peer: "10.0.0.1", lines: ["1.1.1.1, unknown, 10.0.0.2"], client: "10.0.0.2"),
        Walk(trusted: ["10.0.0.0/8"], peer: "10.0.0.1", lines: ["1.1.1.1,"], client: "10.0.0.1"),
        Walk(trusted: ["10.0.0.0/8"], peer: "10.0.0.1", lines: ["1.1.1.1:80"], client: "10.0.0.1"),
        Walk(trusted: ["10.0.0.0/8"], peer: "10.0.0.1", lines: ["1.1.1.1\0, 10.0.0.2\0 "], client: "10.0.0.1"),
        Walk(trusted: ["10.0.0.0/8"], peer: "10.0.0.1", lines: ["10.0.0.3, 10.0.0.2"], client: "10.0.0.3"),
        Walk(trusted: ["::1"], peer: "::1", lines: ["2001:db8::1"], client: "2001:db8::1"),
        Walk(trusted: ["127.0.0.0/8"], peer: "::ffff:127.0.0.1", lines: ["1.1.1.1"], client: "1.1.1.1"),
        Walk(trusted: ["unix"], peer: "unix", lines: ["1.1.1.1"], client: "1.1.1.1"),
        Walk(trusted: ["unix"], peer: "unix", lines: [], client: nil),
        Walk(trusted: ["10.0.0.0/8"], peer: "unix", lines: ["1.1.1.1"], client: nil),
    ]) func `the client is found from the right, as far as trusted proxies reach`(walk: Walk) throws {
        let entries = try walk.trusted.map { text -> TrustedProxies.Entry in
            text == "unix" ? .unixSocket : .network(try #require(IPNetwork(text)))
        }
        let peer = walk.peer == "unix" ? Peer.unixSocket : Peer.address(try #require(IPAddress(walk.peer)))
        let client = TrustedProxies(entries).client(behind: peer, forwardedFor: walk.lines)
        #expect(client?.description == walk.client)
    }

    @Test func `at most 32 entries are walked`() throws {
        let proxies = TrustedProxies([.network(try #require(IPNetwork("10.0.0.0/8")))])
        let peer = Peer.address(try #require(IPAddress("10.0.0.1")))
        for (hops, client) in [(31, "1.1.1.1"), (32, "10.0.0.2")] {
            let line = (["1.1.1.1"] + Array(repeating: "10.0.0.2", count: hops)).joined(separator: ", ")
            #expect(proxies.client(behind: peer, forwardedFor: [line])?.description == client)
        }
    }
}
