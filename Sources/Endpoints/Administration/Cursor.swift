import GatewayHTTP
import GatewayKit

/// Where the next page of a list begins, as a word that callers hand back as it is.
enum Cursor {
    /// Behind a name or an address.
    static func text(behind term: String) -> String { Base64URL.encode(Array(term.utf8)) }

    /// Behind an event.
    static func text(behind place: AuditPlace) -> String { text(behind: "\(place.at.milliseconds) \(place.id)") }

    /// What it stands behind; nil for one that this gateway does not make.
    static func term(in cursor: String) -> String? {
        guard let bytes = Base64URL.decode(cursor.utf8), bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The event that it stands behind.
    static func place(in cursor: String) -> AuditPlace? {
        let parts = term(in: cursor)?.split(separator: " ", omittingEmptySubsequences: false) ?? []
        guard parts.count == 2, let moment = Int64(parts[0]), let id = Int64(parts[1]) else { return nil }
        return AuditPlace(at: Timestamp(milliseconds: moment), id: id)
    }
}

extension InputRule where Value == String {
    /// Where a list of accounts goes on.
    static var termCursor: Self { cursor("am9obmRvZQ") { Cursor.term(in: $0) } }
}

extension InputRule where Value == AuditPlace {
    /// Where a list of events goes on.
    static var placeCursor: Self { InputRule<String>.cursor("MTc2OTg0ODIwMDAwMCA0Mg") { Cursor.place(in: $0) } }
}

extension InputRule where Value == String {
    fileprivate static func cursor<Place>(
        _ example: JSONValue, _ read: @escaping @Sendable (String) -> Place?
    ) -> InputRule<Place> {
        InputRule<String>.text(1...512)
            .described {
                $0.pattern = "^[A-Za-z0-9_-]+$"
                $0.example = example
            }
            .compactMap { text throws(InputRefusal) in
                guard let place = read(text) else {
                    throw InputRefusal("invalid_cursor", "must be the 'next' of the page before")
                }
                return place
            }
    }
}
