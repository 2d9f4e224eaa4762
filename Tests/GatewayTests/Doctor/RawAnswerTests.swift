import Testing

@testable import Gateway

@Suite struct RawAnswerTests {
    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        ("HTTP/1.0 401\r\n\r\nmore to come", 401, "more to come"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, "2\r\nok\r\n0\r\n\r\n"),
        ("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 303 See Other\r\nContent-Length: 0\r\n\r\n", 303, ""),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, ""),
    ])
    func `an answer is read however it is cut`(text: String, status: Int, body: String) {
        for size in [1, 7, text.utf8.count] {
            var reader = RawAnswerReader(method: "GET")
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let isEnough = reader.take(rest.prefix(size))
                rest = rest.dropFirst(size)
                #expect(!isEnough || rest.isEmpty)
            }
            #expect(reader.answer?.status == status)
            #expect(reader.answer.map { String(decoding: $0.body, as: UTF8.self) } == body)
            #expect(!reader.isGarbage)
        }
    }

    @Test func `nothing more is waited for than was stated`() {
        for (method, text, isWhole) in [
            ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", false),
            ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true),
            ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", true),
            ("GET", "HTTP/1.1 304 Not Modified\r\n\r\n", true), ("GET", "HTTP/1.1 200 OK\r\n\r\n", false),
            ("GET", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", true),
            ("GET", "HTTP/1.1 100 Continue\r\n\r\n", false),
        ] {
            var reader = RawAnswerReader(method: method)
            let isEnough = reader.take(text.utf8)
            #expect(isEnough == isWhole, "\(text)")
        }
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 999 X\r\n\r\n", "\r\n\r\n", "\0\0\r\n\r\n",
    ])
    func `what is no HTTP is known for it`(text: String) {
        var reader = RawAnswerReader(method: "GET")
        let isEnough = reader.take(text.utf8)
        #expect(isEnough && reader.isGarbage)
        #expect(reader.answer == nil)
    }

    @Test func `of a long answer a part is kept, and of a head without an end nothing is believed`() {
        var reader = RawAnswerReader(method: "GET")
        let pieces = [Array("HTTP/1.1 200 OK\r\n\r\n".utf8), Array(repeating: 0x78, count: 1_000_000)]
        let areEnough = pieces.map { reader.take($0) }
        #expect(areEnough == [false, true])
        #expect(reader.answer?.status == 200)
        #expect(reader.answer.map { $0.body.count < RawAnswerReader.limit } == true)
        reader = RawAnswerReader(method: "GET")
        let isEnough = reader.take(Array("HTTP/1.1 200 OK\r\nA: ".utf8) + Array(repeating: 0x78, count: 70_000))
        #expect(isEnough && reader.isGarbage)
    }

    @Test func `any bytes are read without harm`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            var reader = RawAnswerReader(method: "GET")
            let pieces = [
                "HTTP/1.1 ", "200", " ", "\r\n", "\r\n\r\n", ":", "Content-Length: ", "9", "é", "0\r\n\r\n", "\0",
            ]
            for _ in 0..<30 { _ = reader.take((pieces.randomElement(using: &random) ?? "").utf8) }
            _ = reader.answer
        }
    }
}
