import GatewayKit

/// A name and an address, as they stand in From (RFC 5322, section 3.4).
struct Mailbox: Hashable, Sendable {
    /// The name that people see; empty when there is only the address.
    let name: String
    /// The address.
    let address: EmailAddress

    /// Takes `Name <address>`, the name in quotes or not, or an address alone; throws an `InputRefusal`.
    init(_ typed: String) throws(InputRefusal) {
        guard let bracket = typed.lastIndex(of: "<") else {
            name = ""
            address = try Self.address(typed)
            return
        }
        let inner = typed[typed.index(after: bracket)...]
        guard inner.hasSuffix(">") else { throw Self.refusal }
        address = try Self.address(String(inner.dropLast()))
        name = try Self.name(String(typed[..<bracket]))
    }

    /// The mailbox as a header states it, in the lines that it takes.
    var headerWords: [String] {
        if name.isEmpty { return [address.text] }
        return HeaderText.phrase(name) + ["<\(address.text)>"]
    }

    private static func address(_ text: String) throws(InputRefusal) -> EmailAddress {
        do throws(InputRefusal) {
            return try EmailAddress(text)
        } catch {
            throw refusal
        }
    }

    private static func name(_ typed: String) throws(InputRefusal) -> String {
        var name = typed.trimmingSpaces
        if name.count > 1, name.hasPrefix("\""), name.hasSuffix("\"") {
            name = String(name.dropFirst().dropLast())
        }
        let isClean = name.unicodeScalars.allSatisfy { scalar in
            ![.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
                && !"\"\\<>".unicodeScalars.contains(scalar)
        }
        guard isClean, name.utf8.count <= 200 else { throw refusal }
        return name
    }

    private static var refusal: InputRefusal {
        InputRefusal("invalid_mailbox", "expected a sender such as Example <no-reply@example.com>")
    }
}

extension Settings where Value == Mailbox {
    /// A sender: a name and an address, or an address alone.
    static var mailbox: Self {
        let noun = "a sender such as Example <no-reply@example.com>"
        return Settings<String>.text(noun: noun, pattern: "^([^<>]*<)?[^\\s<>@]+@[^\\s<>@]+>?$").compactMap {
            text throws(InputRefusal) in try Mailbox(text)
        }
    }
}

extension String {
    /// This text without the spaces around it.
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
