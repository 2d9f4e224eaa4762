import GatewayKit

/// Reads `application/x-www-form-urlencoded` (WHATWG URL, section 5.1) strictly: what is not a clean encoding is
/// refused instead of guessed at, and so is a name that stands twice (RFC 6749, section 3.1).
enum FormReader {
    /// The pairs of a body in their order, or of what else is called `what` in words for the caller.
    static func read(_ body: [UInt8], of what: String = "body") throws(Problem) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var names: Set<[UInt8]> = []  // By their bytes, as the reader of JSON has them, and for its reason.
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try text(parts[0], of: what)
            guard names.insert(Array(name.utf8)).inserted else {
                throw .malformedRequest("The \(what) is not a form that this gateway takes: a name stands twice.")
            }
            members.append(JSONValue.Member(name, .string(parts.count == 2 ? try text(parts[1], of: what) : "")))
        }
        return members
    }

    private static func text(_ encoded: ArraySlice<UInt8>, of what: String) throws(Problem) -> String {
        guard let bytes = decoded(encoded), !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self)
        else {
            throw .malformedRequest("The \(what) is not a form: a name or value is not percent-encoded UTF-8.")
        }
        return text
    }

    private static func decoded(_ encoded: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var rest = encoded
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
