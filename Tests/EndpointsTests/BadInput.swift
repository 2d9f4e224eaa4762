import GatewayHTTP
import GatewayKit
import HTTPTypes

/// One bad request: its header fields, its body, and the code that a route which reads bodies refuses it with, where
/// there is one for all of them.
struct BadInput {
    let name: String
    var headers: HTTPFields = [:]
    var body: [UInt8]?
    var code: String?

    /// Everything that is tried on a route; one that reads no body gets the same, and must not mind.
    static func all(for route: RouteDeclaration) -> [BadInput] {
        let cases = bodies + types + (route.input.map { fields(of: $0) + forms(of: $0) } ?? [])
        guard let input = route.input else { return cases.map { $0.with(code: nil) } }
        return cases.map { bad in
            // What needs no body takes an empty one.
            bad.isEmpty && !input.isRequired ? bad.with(code: nil) : bad
        }
    }

    private var isEmpty: Bool { body?.isEmpty ?? true }

    private func with(code: String?) -> BadInput {
        var other = self
        other.code = code
        return other
    }

    private static func json(_ name: String, _ text: String, _ code: String? = nil) -> BadInput {
        BadInput(name: name, headers: [.contentType: "application/json"], body: Array(text.utf8), code: code)
    }

    private static func form(_ name: String, _ text: String, _ code: String? = nil) -> BadInput {
        BadInput(
            name: name, headers: [.contentType: "application/x-www-form-urlencoded"], body: Array(text.utf8),
            code: code)
    }

    /// Bodies that are bad whatever the fields are.
    private static var bodies: [BadInput] {
        let unreadable = "malformed_request"
        let deep = { (depth: Int) in
            String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
        }
        var cases = [
            BadInput(name: "no body", code: unreadable), json("an empty body", "", unreadable),
            json("half an object", #"{"a":"#, unreadable), json("two values", "{} {}", unreadable),
            json("no object", "[]", unreadable), json("a number", "7", unreadable), json("null", "null", unreadable),
            json("a trailing comma", #"{"a":1,}"#, unreadable), json("a comment", "{/**/}", unreadable),
            json("deep nesting", deep(65), unreadable), json("deepest nesting", deep(10_000), unreadable),
            json("deep lists", #"{"a":"# + String(repeating: "[", count: 60_000), unreadable),
            json("a name twice", #"{"a":1,"a":1}"#, unreadable),
            json("a name twice, once escaped", #"{"a":1,"\u0061":1}"#, unreadable),
            json("an escaped NUL", #"{"a":"\u0000"}"#, unreadable), json("a bare NUL", "{\"a\":\"\0\"}", unreadable),
            json("a lone surrogate", #"{"a":"\ud800"}"#, unreadable),
            json("surrogates in the wrong order", #"{"a":"\udc00\ud800"}"#, unreadable),
            json("no number", #"{"a":01}"#, unreadable), json("NaN", #"{"a":NaN}"#, unreadable),
            json("a byte order mark", "\u{feff}{}", unreadable), json("a form as JSON", "a=b", unreadable),
            json("1 MiB", #"{"a":""# + String(repeating: "x", count: 1 << 20) + #""}"#, "body_too_large"),
            json("1 MiB of spaces", String(repeating: " ", count: 1 << 20), "body_too_large"),
            json("a huge number", #"{"a":1e999999}"#),
            json("a long number", #"{"a":1\#(String(repeating: "0", count: 50_000))}"#),
        ]
        for (name, bytes) in [("invalid UTF-8", [0xff]), ("an overlong NUL", [0xc0, 0x80]), ("UTF-16", [0x00, 0x7b])] {
            let body = Array(#"{"a":""#.utf8) + bytes.map { UInt8($0) } + Array(#""}"#.utf8)
            cases.append(
                BadInput(name: name, headers: [.contentType: "application/json"], body: body, code: unreadable))
        }
        return cases
    }

    /// Bodies of another type than they are.
    private static var types: [BadInput] {
        let strange = [
            "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json; charset=latin1",
            "json", "/", ";", "application/jsonx",
        ]
        var cases = strange.map { type in
            BadInput(name: type, headers: [.contentType: type], body: Array("{}".utf8), code: "unsupported_media_type")
        }
        cases.append(BadInput(name: "no type", body: Array("{}".utf8), code: "unsupported_media_type"))
        cases.append(
            BadInput(
                name: "compressed", headers: [.contentType: "application/json", .contentEncoding: "gzip"],
                body: [0x1f, 0x8b, 0x08, 0x00], code: "unsupported_media_type"))
        return cases
    }

    /// Each field missing, null, of the wrong type, empty and too long, the others as they should be.
    private static func fields(of input: InputShape) -> [BadInput] {
        guard input.formats.contains(.json) else { return [] }
        return input.fields.flatMap { field -> [BadInput] in
            let isText = field.content.kind == .text
            var values: [(String, JSONValue?)] = [
                ("a number", 7), ("a list", field.content.kind == .texts ? [7] : []), ("an object", [:]),
                isText ? ("a truth", true) : ("a text", "true"),
            ]
            if field.isRequired { values += [("missing", nil), ("null", .null)] }
            if isText { values.append(("empty", "")) }
            if let lengths = field.content.lengths {
                values.append(("too long", .string(String(repeating: "a", count: lengths.upperBound + 1))))
            }
            return values.map { what, value in
                let members = input.fields.compactMap { other -> JSONValue.Member? in
                    let chosen = other == field ? value : other.content.example
                    return chosen.map { JSONValue.Member(other.name, $0) }
                }
                let text = String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
                // Whether a new password is too long may be said by the flow, behind the link.
                let isForFlow = what == "too long" && field.name == "new_password"
                return json("\(field.name) \(what)", text, isForFlow ? nil : "invalid_input")
            }
        }
    }

    private static func forms(of input: InputShape) -> [BadInput] {
        guard input.formats.contains(.form) else { return [form("a form", "a=b", "unsupported_media_type")] }
        let name = input.fields[0].name
        let broken = ["%", "%z", "%zz", "%ff", "%00", "%c0%80", "%ed%a0%80", "\0"].map { text in
            form("\(text) in a form", "\(name)=\(text)", "malformed_request")
        }
        let required: String? = input.isRequired ? "invalid_input" : nil
        return broken + [
            form("a name twice in a form", "\(name)=a&\(name)=b", "malformed_request"),
            form("a name twice, once encoded", "a=1&%61=1", "malformed_request"),
            form("1 MiB of a form", "a=" + String(repeating: "x", count: 1 << 20), "body_too_large"),
            form("many names", (0..<9000).map { "\($0)=" }.joined(separator: "&"), required),
            form("ampersands", "&&&&", required), form("equals signs", "====", required),
            form("JSON as a form", "{}", required), form("no values", input.fields.map(\.name).joined(separator: "&")),
        ]
    }
}
