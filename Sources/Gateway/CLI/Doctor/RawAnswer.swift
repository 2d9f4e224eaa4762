/// What came back, as far as it has to be known.
struct RawAnswer: Equatable, Sendable {
    let status: Int
    let fields: [Probe.Field]
    let body: [UInt8]

    /// A field's first value, by its name in lower case.
    subscript(_ name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }
}

/// Takes an answer piece by piece, and knows when nothing more is to come.
struct RawAnswerReader {
    /// More is not kept of any answer.
    static let limit = 65_536

    private let isOfHead: Bool
    private var bytes: [UInt8] = []
    private var searched = 0
    private var head: (status: Int, fields: [Probe.Field], end: Int)?
    private(set) var isGarbage = false

    /// Reads the answer to a request, of which one of `HEAD` has no body.
    init(method: String) { isOfHead = method == "HEAD" }

    var isEmpty: Bool { bytes.isEmpty }

    /// The answer so far; nil while its head is not whole.
    var answer: RawAnswer? {
        head.map { RawAnswer(status: $0.status, fields: $0.fields, body: Array(bytes[$0.end...])) }
    }

    /// Takes a piece; whether that is all that is worth waiting for.
    mutating func take(_ piece: some Sequence<UInt8>) -> Bool {
        bytes += piece.prefix(Self.limit - bytes.count)
        while head == nil, !isGarbage, let end = nextHeadEnd() {
            guard let read = Self.head(bytes[..<end]) else {
                isGarbage = true
                break
            }
            // Interim answers, such as early hints, have others behind them.
            if (100...199).contains(read.status), read.status != 101 {
                bytes.removeSubrange(..<end)
                searched = 0
            } else {
                head = (read.status, read.fields, end)
            }
        }
        if head == nil, bytes.count >= Self.limit { isGarbage = true }
        return isGarbage || bytes.count >= Self.limit || isWhole
    }

    private var isWhole: Bool {
        guard let head else { return false }
        if isOfHead || [101, 204, 304].contains(head.status) { return true }
        let length = bytes.count - head.end
        if head.fields.contains(where: { $0.name.lowercased() == "transfer-encoding" }) {
            return bytes[head.end...].suffix(5).elementsEqual("0\r\n\r\n".utf8)
        }
        let stated = head.fields.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) }
        return stated.map { length >= $0 } ?? false
    }

    private mutating func nextHeadEnd() -> Int? {
        let end = Array("\r\n\r\n".utf8)
        var place = searched
        while place + end.count <= bytes.count {
            if bytes[place..<place + end.count].elementsEqual(end) { return place + end.count }
            place += 1
        }
        searched = place
        return nil
    }

    private static func head(_ bytes: ArraySlice<UInt8>) -> (status: Int, fields: [Probe.Field])? {
        let lines = Arrival.lines(of: bytes)
        guard let first = lines.first, let parts = first.wholeMatch(of: #/HTTP\/1\.[0-9] ([1-5][0-9]{2})( .*)?/#),
            let status = Int(parts.1)
        else { return nil }
        return (status, lines.dropFirst().map(Arrival.field))
    }
}
