public import GatewayKit

/// What a field may hold, coupled with its reader.
public struct InputRule<Value: Sendable>: Sendable {
    /// What it holds, for documents.
    public let content: InputContent
    /// The value of what was sent.
    let read: @Sendable (JSONValue, BodyFormat) throws(InputRefusal) -> Value

    /// Couples what documents say with the reader, which gets strings alone from a form.
    public init(
        _ content: InputContent, _ read: @escaping @Sendable (JSONValue, BodyFormat) throws(InputRefusal) -> Value
    ) {
        self.content = content
        self.read = read
    }

    /// The same field converted by a function that can refuse; its refusal becomes the field's problem.
    public func compactMap<Other: Sendable>(
        _ transform: @escaping @Sendable (Value) throws(InputRefusal) -> Other
    ) -> InputRule<Other> {
        InputRule<Other>(content) { value, format throws(InputRefusal) in try transform(read(value, format)) }
    }

    /// The same rule with other words in the documents.
    public func described(_ change: (inout InputContent) -> Void) -> Self {
        var content = content
        change(&content)
        return InputRule(content, read)
    }
}

extension InputRule where Value == String {
    /// A text of so many code points.
    public static func text(_ lengths: ClosedRange<Int>) -> Self {
        InputRule(InputContent(.text, lengths: lengths)) { value, _ throws(InputRefusal) in
            guard let text = value.string else { throw InputRefusal("wrong_type", "must be a text") }
            let length = text.unicodeScalars.count
            guard length >= lengths.lowerBound else {
                if length == 0 { throw InputRefusal("empty", "must not be empty") }
                throw InputRefusal("too_short", "must have at least \(lengths.lowerBound) characters")
            }
            guard length <= lengths.upperBound else {
                throw InputRefusal("too_long", "must have at most \(lengths.upperBound) characters")
            }
            return text
        }
    }
}

extension InputRule where Value == Username {
    /// A new user name.
    public static var username: Self {
        InputRule<String>.text(1...64)
            .described {
                $0.lengths = 3...64
                $0.pattern = "^[A-Za-z0-9._-]+$"
                $0.example = "johndoe"
            }
            .compactMap { text throws(InputRefusal) in try Username(text) }
    }
}

extension InputRule where Value == EmailAddress {
    /// An e-mail address.
    public static var email: Self {
        InputRule<String>.text(1...254)
            .described {
                $0.format = "email"
                $0.example = "john@example.com"
            }
            .compactMap { text throws(InputRefusal) in try EmailAddress(text) }
    }
}

extension InputRule where Value == Password {
    /// A password of any Unicode; what a new one must be is the policy's business, see ``compactMap(_:)``.
    public static var password: Self {
        InputRule<String>.text(1...4096).described {
            $0.isSecret = true
            $0.format = "password"
            $0.example = "correct horse battery staple"
        }
        .compactMap { text throws(InputRefusal) in Password(text) }
    }
}

extension InputRule where Value == OpaqueToken {
    /// A token that this gateway has handed out.
    public static var opaqueToken: Self {
        InputRule<String>.text(1...512)
            .described {
                $0.isSecret = true
                $0.example = "V2hhdCB5b3UgcmVhZCBpcyBub3QgYSB0b2tlbiBhdCBhbGw"
            }
            .compactMap { text throws(InputRefusal) in OpaqueToken(text) }
    }
}

extension InputRule where Value == Bool {
    /// `true` or `false`; in a form, these words.
    public static var boolean: Self {
        InputRule(InputContent(.boolean)) { value, format throws(InputRefusal) in
            switch (value, format) {
            case (.boolean(let truth), _): return truth
            case (.string("true"), .form): return true
            case (.string("false"), .form): return false
            default: throw InputRefusal("wrong_type", "must be true or false")
            }
        }
    }
}

extension InputRule where Value == Int64 {
    /// A whole number; in a form, its digits.
    public static func wholeNumber(_ range: ClosedRange<Int64>) -> Self {
        InputRule(InputContent(.wholeNumber, range: range)) { value, format throws(InputRefusal) in
            guard let number = value.integer ?? (format == .form ? value.string.flatMap { Int64($0) } : nil) else {
                throw InputRefusal("wrong_type", "must be a whole number")
            }
            guard number >= range.lowerBound else {
                throw InputRefusal("too_small", "must be at least \(range.lowerBound)")
            }
            guard number <= range.upperBound else {
                throw InputRefusal("too_large", "must be at most \(range.upperBound)")
            }
            return number
        }
    }
}

extension InputRule where Value == [String] {
    /// A list of texts, which no form holds; what they must be is for ``compactMap(_:)`` to say.
    public static var texts: Self {
        InputRule(InputContent(.texts)) { value, _ throws(InputRefusal) in
            var texts: [String] = []
            for item in value.array ?? [.null] {
                guard let text = item.string else { throw InputRefusal("wrong_type", "must be a list of texts") }
                texts.append(text)
            }
            return texts
        }
    }
}

extension InputRule where Value == Timestamp {
    /// An instant as RFC 3339 writes it.
    public static var instant: Self {
        InputRule<String>.text(1...64)
            .described {
                $0.format = "date-time"
                $0.example = "2035-01-31T09:30:00Z"
            }
            .compactMap { text throws(InputRefusal) in
                guard let instant = Timestamp(iso8601: text) else {
                    throw InputRefusal("invalid_instant", "must be an instant such as 2035-01-31T09:30:00Z")
                }
                return instant
            }
    }
}
