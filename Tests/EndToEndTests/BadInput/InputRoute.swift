/// A route that reads a body, with good fields that are then broken one by one.
struct InputRoute: Sendable, CustomStringConvertible {
    var method = "POST"
    let path: String
    let fields: [InputField]
    var takesForms = false
    var needsToken = false
    var needsBody = true

    var name: String { "\(method) \(path)" }
    var description: String { name }

    static let all = [
        InputRoute(
            path: "/auth/register",
            fields: [.newName("username"), .address("email"), .newPassword("password")]),
        InputRoute(
            path: "/auth/login", fields: [.text("username", upTo: 254), .text("password", upTo: 4096)],
            takesForms: true),
        InputRoute(path: "/auth/refresh", fields: [.text("refresh_token", upTo: 512)], takesForms: true),
        InputRoute(
            path: "/auth/logout", fields: [.optionalTruth("everywhere"), .optionalText("refresh_token", upTo: 512)],
            takesForms: true, needsToken: true, needsBody: false),
        InputRoute(path: "/auth/forgot-password", fields: [.address("email")]),
        InputRoute(
            path: "/auth/reset-password/unknown", fields: [.text("new_password", upTo: 4096)], takesForms: true),
        InputRoute(method: "PATCH", path: "/auth/me", fields: [.newName("username")], needsToken: true),
        InputRoute(
            method: "DELETE", path: "/auth/me", fields: [.text("current_password", upTo: 4096)], needsToken: true),
        InputRoute(
            path: "/auth/change-password",
            fields: [.text("current_password", upTo: 4096), .newPassword("new_password")], needsToken: true),
        InputRoute(
            path: "/auth/keys",
            fields: [
                .keyName("name"), .optionalSeconds("expires_in"), .optionalInstant("expires_at"),
                .optionalPaths("paths"),
            ], needsToken: true),
    ]

    /// What the header says about the body.
    enum BodyType {
        case json
        case form
        case other(String)
        case absent
    }

    func exchange(_ type: BodyType = .json, body: String) -> HTTPExchange {
        let stated: String? =
            switch type {
            case .json: "application/json"
            case .form: "application/x-www-form-urlencoded"
            case .other(let text): text
            case .absent: nil
            }
        return HTTPExchange(
            method: method, path: path, headers: stated.map { [("Content-Type", $0)] } ?? [], body: body)
    }

    /// The good body with one field's value replaced, or without it.
    func json(replacing name: String? = nil, by value: String? = nil) -> String {
        json { $0.name == name ? value : $0.good }
    }

    /// A body with these values.
    func json(_ value: (InputField) -> String?) -> String {
        let members = fields.compactMap { field in value(field).map { "\"\(field.name)\":\($0)" } }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// The good form with one field's value replaced, or without it.
    func form(replacing name: String? = nil, by value: String? = nil) -> String {
        fields.compactMap { field in
            let text = field.name == name ? value : field.good.filter { $0 != "\"" }
            return text.map { "\(field.name)=\($0)" }
        }
        .joined(separator: "&")
    }
}

/// A field with a good value in JSON, and what is wrong with others.
struct InputField: Sendable {
    /// A value in JSON, nil for none at all, and the code that it is refused with.
    typealias Fault = (value: String?, code: String)

    let name: String
    let good: String
    /// A value of another type.
    var otherType = "[]"
    let faults: [Fault]
    /// The same in a form, where every value is a text.
    let faultsInForms: [Fault]

    var isRequired: Bool { faults.contains { $0.code == "required" } }

    static func newName(_ name: String) -> Self {
        let spaces: [Fault] = [
            (#""ab""#, "too_short"), (#""jane doe""#, "invalid_characters"), (#""jäne""#, "invalid_characters"),
        ]
        return text(name, "jane", upTo: 64, spaces)
    }

    static func address(_ name: String) -> Self {
        text(
            name, "jane@example.com", upTo: 254,
            ["jane", "@example.com", "jane@", "j@a@example.com"].map { ("\"\($0)\"", "invalid_email") })
    }

    static func newPassword(_ name: String) -> Self {
        text(
            name, "staple-horse-battery", upTo: 256, [(#""1234567""#, "too_short"), (#""Password123""#, "too_common")])
    }

    static func text(_ name: String, upTo longest: Int) -> Self { text(name, "unknown", upTo: longest, []) }

    static func optionalText(_ name: String, upTo longest: Int) -> Self {
        let required = text(name, upTo: longest)
        return Self(
            name: name, good: required.good, faults: required.faults.filter { $0.code != "required" },
            faultsInForms: required.faultsInForms.filter { $0.code != "required" })
    }

    static func optionalTruth(_ name: String) -> Self {
        Self(
            name: name, good: "true", faults: ["7", "[]", "{}", #""""#, #""true""#].map { ($0, "wrong_type") },
            faultsInForms: ["", "yes", "1", "TRUE"].map { ($0, "wrong_type") })
    }

    static func keyName(_ name: String) -> Self {
        text(
            name, "backup", upTo: 64,
            [(#""  ""#, "empty"), (#""a\u0007""#, "invalid_characters"), (#""a\u202eb""#, "invalid_characters")])
    }

    /// From a minute to ten years.
    static func optionalSeconds(_ name: String) -> Self {
        let types = ["true", "[]", "{}", #""60""#, "60.0", "6e2", "1e999999", String(repeating: "9", count: 400)]
        return Self(
            name: name, good: "86400",
            faults: types.map { ($0, "wrong_type") } + ["59", "0", "-86400"].map { ($0, "too_small") }
                + [("315360001", "too_large")], faultsInForms: [])
    }

    static func optionalInstant(_ name: String) -> Self {
        let others = ["x", "2035-01-31", "2035-01-31T09:30:00", "2035-02-29T00:00:00Z", "2035-01-31T24:00:00Z"]
        let required = text(
            name, "2035-01-31T09:30:00Z", upTo: 64,
            others.map { ("\"\($0)\"", "invalid_instant") } + [(#""2020-01-31T09:30:00Z""#, "in_the_past")])
        return Self(
            name: name, good: required.good, faults: required.faults.filter { $0.code != "required" },
            faultsInForms: [])
    }

    static func optionalPaths(_ name: String) -> Self {
        let many = "[" + Array(repeating: #""/""#, count: 33).joined(separator: ",") + "]"
        let long = #"["/\#(String(repeating: "a", count: 256))"]"#
        let paths = ["", "a", "//", "/a//b", "/a?b", "/a b", "/%2e", "/ä", "https://example.com/"]
        return Self(
            name: name, good: #"["/reports/**"]"#, otherType: "{}",
            faults: ["7", "true", "{}", #""/""#, "[7]", "[null]", #"["/",["/"]]"#].map { ($0, "wrong_type") }
                + [("[]", "empty"), (many, "too_many"), (long, "too_long")]
                + paths.map { (#"["/","\#($0)"]"#, "invalid_path") }, faultsInForms: [])
    }

    private static func text(_ name: String, _ good: String, upTo longest: Int, _ others: [Fault]) -> Self {
        let tooLong = String(repeating: "a", count: longest + 1)
        let types = ["7", "1.5e300", "true", "[]", #"["text"]"#, "{}"].map { Fault($0, "wrong_type") }
        let required: [Fault] = [(nil, "required"), ("null", "required")]
        return Self(
            name: name, good: "\"\(good)\"",
            faults: required + [(#""""#, "empty"), ("\"\(tooLong)\"", "too_long")] + types + others,
            faultsInForms: [(nil, "required"), ("", "empty"), (tooLong, "too_long")])
    }
}
