/// A statement whose parameters are named `:so`, as the server wants it: numbered by their first appearance.
struct NamedStatement: Hashable {
    /// The text with `$1`, `$2`, …
    let text: String
    /// The names, the first that of `$1`.
    let names: [String]

    init(_ named: String) {
        var scanner = Scanner(bytes: Array(named.utf8))
        scanner.scan()
        text = String(decoding: scanner.output, as: UTF8.self)
        names = scanner.names
    }

    /// Copies what is quoted or commented as it stands.
    private struct Scanner {
        let bytes: [UInt8]
        var index = 0
        var output: [UInt8] = []
        var names: [String] = []

        mutating func scan() {
            while index < bytes.count {
                switch (bytes[index], next) {
                case (UInt8(ascii: "'"), _), (UInt8(ascii: "\""), _): copy(through: [bytes[index]], from: index + 1)
                case (UInt8(ascii: "-"), UInt8(ascii: "-")): copy(through: [UInt8(ascii: "\n")], from: index + 2)
                case (UInt8(ascii: "/"), UInt8(ascii: "*")): copy(through: Array("*/".utf8), from: index + 2)
                case (UInt8(ascii: ":"), UInt8(ascii: ":")): copy(count: 2)
                case (UInt8(ascii: ":"), let first?) where Self.isWord(first): parameter()
                default: copy(count: 1)
                }
            }
        }

        private var next: UInt8? { index + 1 < bytes.count ? bytes[index + 1] : nil }

        private mutating func copy(count: Int) {
            output += bytes[index..<index + count]
            index += count
        }

        private mutating func copy(through end: [UInt8], from start: Int) {
            var stop = start
            while stop < bytes.count, !bytes[stop...].starts(with: end) { stop += 1 }
            copy(count: min(stop + end.count, bytes.count) - index)
        }

        private mutating func parameter() {
            let word = bytes[(index + 1)...].prefix(while: Self.isWord)
            index += 1 + word.count
            let name = String(decoding: word, as: UTF8.self)
            if !names.contains(name) { names.append(name) }
            let number = names.firstIndex(of: name).map { $0 + 1 } ?? names.count
            output += Array("$\(number)".utf8)
        }

        private static func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
