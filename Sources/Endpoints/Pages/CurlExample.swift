import GatewayHTTP
import GatewayKit
import HTTPTypes

/// How to call a route with curl, in a shell where `$TOKEN` holds an access token.
struct CurlExample {
    let route: RouteDeclaration
    let publicURL: PublicURL

    /// The command.
    var text: String {
        var parts = ["curl"]
        let method = route.method?.rawValue ?? "GET"
        let isImplied = method == "GET" || (method == "POST" && body != nil)
        if !isImplied { parts[0] += " -X \(method)" }
        parts[0] += " \(Self.quoted("\(publicURL)\(path)"))"
        if route.security != .none { parts.append("-H \"Authorization: Bearer $TOKEN\"") }
        return (parts + (body ?? [])).joined(separator: " \\\n  ")
    }

    private var path: String {
        route.notes.parameters.reduce(route.path.description) { path, parameter in
            path.replacing("{\(parameter.name)}", with: parameter.example)
        }
    }

    /// The options that send the fields that must be there; nil where none must.
    private var body: [String]? {
        guard let input = route.input, input.isRequired else { return nil }
        let fields = input.fields.filter(\.isRequired)
        if input.formats.first == .form {
            return fields.map { field in
                "--data-urlencode \(Self.quoted("\(field.name)=\(field.content.example.string ?? "true")"))"
            }
        }
        let object = JSONValue.object(fields.map { JSONValue.Member($0.name, $0.content.example) })
        let text = String(decoding: object.encoded(), as: UTF8.self)
        return ["-H 'Content-Type: application/json'", "-d \(Self.quoted(text))"]
    }

    /// A word of a POSIX shell.
    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
