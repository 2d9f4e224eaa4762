import Foundation
import GatewayKit

extension FuzzTarget {
    /// A text as JSON: what is taken is JSON to Foundation too, has no name twice and no NUL, and is written and read
    /// again as the same; what is refused names a place in it.
    static let json = FuzzTarget("json") { text in
        do throws(JSONRefusal) {
            let value = try JSONValue(strictly: text)
            let written = value.encoded()
            let again = try JSONValue(strictly: written)
            claim("what is written is read as the same", holds: again.encoded() == written && again == value)
            let parts = value.parts
            claim("no name stands twice in an object", holds: parts.allSatisfy(\.hasEachNameOnce))
            claim("a number is written as JSON has it", holds: parts.allSatisfy(\.isPlainIfNumber))
            claim("no text holds NUL", holds: parts.allSatisfy { !$0.texts.contains { $0.utf8.contains(0) } })
            if parts.allSatisfy(\.isSmallIfNumber) {
                let other = try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
                claim("what is taken is JSON to others", holds: other != nil)
            }
            claim("nothing is deeper than 64", holds: value.depth <= 64)
        } catch {
            claim("a refusal's place lies in the text: \(error)", holds: (0...text.count).contains(error.offset))
        }
    }
}

extension JSONValue {
    /// This and whatever lies in it.
    fileprivate var parts: [JSONValue] {
        switch self {
        case .array(let items): [self] + items.flatMap(\.parts)
        case .object(let members): [self] + members.flatMap(\.value.parts)
        case .null, .boolean, .number, .string: [self]
        }
    }

    fileprivate var texts: [String] {
        switch self {
        case .string(let text): [text]
        case .object(let members): members.map(\.name)
        case .null, .boolean, .number, .array: []
        }
    }

    fileprivate var hasEachNameOnce: Bool {
        guard case .object(let members) = self else { return true }
        return Set(members.map { Array($0.name.utf8) }).count == members.count
    }

    /// RFC 8259, section 6.
    fileprivate var isPlainIfNumber: Bool {
        guard case .number(let number) = self else { return true }
        return number.wholeMatch(of: #/-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/#) != nil
    }

    /// Foundation refuses numbers that it has no type for.
    fileprivate var isSmallIfNumber: Bool {
        if case .number(let number) = self { Int(number) != nil } else { true }
    }

    /// How many arrays and objects lie in each other, this one among them.
    fileprivate var depth: Int {
        switch self {
        case .array(let items): 1 + (items.map(\.depth).max() ?? 0)
        case .object(let members): 1 + (members.map(\.value.depth).max() ?? 0)
        case .null, .boolean, .number, .string: 0
        }
    }
}
