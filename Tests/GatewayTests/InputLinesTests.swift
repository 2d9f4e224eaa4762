import Testing

@testable import Gateway

@Suite struct InputLinesTests {
    @Test(arguments: [
        ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nbb", ["a", "bb"]), ("\n\na\r\n", ["", "", "a"]), ("\r", [""]),
        ("12345678\n", ["12345678"]), ("12345678\r\n", ["12345678"]), ("123456789\n", ["…"]), ("123456789", ["…"]),
        ("1234567890123\na\n", ["…", "a"]), ("12345678\r\r\n", ["…"]),
    ]) func `lines are the same however they are cut into pieces, and long ones are only counted`(
        text: String, lines: [String]
    ) {
        for size in 1...(text.utf8.count + 1) {
            var reader = InputLines(limit: 8)
            var read: [InputLines.Line] = []
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                read += reader.take(bytes[start..<min(start + size, bytes.count)])
            }
            if let last = reader.end() { read.append(last) }
            #expect(read.map(Self.text) == lines, "in pieces of \(size)")
        }
    }

    private static func text(_ line: InputLines.Line) -> String {
        switch line {
        case .whole(let bytes): String(decoding: bytes, as: UTF8.self)
        case .tooLong: "…"
        }
    }
}
