import GatewayKit

extension FuzzTarget {
    /// A text as JSON: what is taken is written and read again as the same, and what is refused names a place in it.
    static let json = FuzzTarget("json") { text in
        do throws(JSONRefusal) {
            let value = try JSONValue(strictly: text)
            let written = value.encoded()
            let again = try JSONValue(strictly: written)
            claim("what is written is read as the same", holds: again.encoded() == written && again == value)
            claim("nothing is deeper than 64", holds: value.depth <= 64)
        } catch {
            claim("a refusal's place lies in the text: \(error)", holds: (0...text.count).contains(error.offset))
        }
    }
}

extension JSONValue {
    /// How many arrays and objects lie in each other, this one among them.
    fileprivate var depth: Int {
        switch self {
        case .array(let items): 1 + (items.map(\.depth).max() ?? 0)
        case .object(let members): 1 + (members.map(\.value.depth).max() ?? 0)
        case .null, .boolean, .number, .string: 0
        }
    }
}
