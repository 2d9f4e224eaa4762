/// Reads responses off a connection as strictly as RFC 9112 writes them; ends the process where they are none.
struct ReplyReader {
    struct Reply {
        let status: Int
        let fields: [String: String]
        /// Whether it says that no other follows.
        var isLast: Bool { fields["connection"] == "close" }
    }

    private let bytes: [UInt8]
    private var heads: ArraySlice<Bool>
    private var position = 0
    /// Whether the bytes end within a reply.
    private(set) var isCutOff = false

    /// `toHead` says which requests were `HEAD`, whose answers have no body.
    init(_ bytes: [UInt8], toHead: [Bool]) {
        self.bytes = bytes
        heads = toHead[...]
    }

    mutating func replies() -> [Reply] {
        var replies: [Reply] = []
        while position < bytes.count, let reply = reply() { replies.append(reply) }
        return replies
    }

    private mutating func reply() -> Reply? {
        guard let first = line() else { return nil }
        guard let status = first.wholeMatch(of: #/HTTP\/1\.1 ([1-5][0-9]{2}) [A-Za-z ]+/#).flatMap({ Int($0.1) }) else {
            fatalError("does not hold: a reply begins with a status line: \(first.debugDescription)")
        }
        var fields: [String: String] = [:]
        while let line = line() {
            guard line.isEmpty else {
                read(line, into: &fields)
                continue
            }
            let reply = Reply(status: status, fields: fields)
            skipBody(of: reply)
            return reply
        }
        return nil
    }

    private func read(_ line: String, into fields: inout [String: String]) {
        guard let match = line.wholeMatch(of: #/([A-Za-z-]+): ([\x20-\x7e]*)/#) else {
            fatalError("does not hold: a field is a name and a value: \(line.debugDescription)")
        }
        let name = match.1.lowercased()
        claim("a field stands once: \(name)", holds: fields[name] == nil)
        fields[name] = String(match.2)
    }

    private mutating func skipBody(of reply: Reply) {
        guard reply.status >= 200 else {
            claim("an interim reply has no fields", holds: reply.fields.isEmpty)
            return
        }
        let length = reply.fields["content-length"].flatMap { Int($0) }
        claim("a reply states its length alone", holds: length != nil && reply.fields["transfer-encoding"] == nil)
        // What was refused before it was a request may have been HEAD too, and nothing follows its refusal.
        let isToHead = heads.popFirst() ?? (position == bytes.count)
        guard let length, !isToHead else { return }
        isCutOff = bytes.count - position < length
        position = min(position + length, bytes.count)
    }

    private mutating func line() -> String? {
        guard let end = bytes[position...].indices.first(where: { bytes[$0...].starts(with: [13, 10]) }) else {
            isCutOff = true
            return nil
        }
        let line = String(decoding: bytes[position..<end], as: UTF8.self)
        position = end + 2
        return line
    }
}
