import NIOCore
import Testing

@testable import GatewayHTTP

/// When a header's time begins on a connection that goes on.
@Suite struct HeaderTimeTests {
    @Test(arguments: requests, ["G", "GET / HTTP/1.1\r\nHost: a\r\n", "\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r"])
    func `a header that begins in the read that ends what is before it has its time from there`(
        before: [String], begun: String
    ) throws {
        let connection = try EmbeddedConnection()
        try connection.receive((before.joined() + begun).utf8)
        try connection.pass(.seconds(9))
        let statuses = before.map { _ in "200" }
        #expect(connection.statuses == statuses)
        try connection.pass(.seconds(1))
        #expect(connection.statuses == statuses + ["408"])
        #expect(!connection.isOpen)
    }

    @Test(arguments: requests, ["", "\n", "\r\n", "\r\n\r\n\r"])
    func `where none begins, the connection is silent and no more`(before: [String], rest: String) throws {
        let connection = try EmbeddedConnection()
        try connection.receive((before.joined() + rest).utf8)
        try connection.pass(.seconds(74))
        #expect(connection.isOpen)
        try connection.pass(.seconds(1))
        #expect(!connection.isOpen)
        #expect(connection.statuses == before.map { _ in "200" })
    }

    @Test func `empty lines buy a silent connection no time, however they come`() throws {
        let connection = try EmbeddedConnection()
        try connection.receive(get.utf8)
        for number in 0..<75 {
            #expect(connection.isOpen)
            try connection.receive(number.isMultiple(of: 2) ? "\r".utf8 : "\n\r\n".utf8)
            try connection.pass(.seconds(1))
        }
        #expect(!connection.isOpen)
        #expect(connection.statuses == ["200"])
    }

    @Test func `a header's time is as long wherever the reads are cut`() throws {
        let bytes = Array((get + "\r\n" + post + chunked + get + "G").utf8)
        for cut in bytes.indices.dropFirst() {
            let connection = try EmbeddedConnection()
            try connection.receive(bytes[..<cut])
            try connection.receive(bytes[cut...])
            try connection.pass(.seconds(10))
            #expect(connection.statuses == ["200", "200", "200", "200", "408"], "cut at \(cut)")
        }
        let connection = try EmbeddedConnection()
        for byte in bytes { try connection.receive([byte]) }
        #expect(connection.statuses == ["200", "200", "200", "200"])
    }
}

private let requests = [
    [get], [post], [chunked], [get, get], [chunked, post], [post, chunked], [post, get, chunked, get], [chunked, get],
]
private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
/// A body may look like a header's end.
private let body = "a\r\n\r\nGET / HTTP/1.1\n\n"
private let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
private let chunked = """
    POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
    \(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\nA: b\r\n\r\n
    """
