import GatewayHTTP
import GatewayKit
import HTTPTypes

/// One route on the page of the API: what it takes, how to call it, what it answers.
struct DocsRoute {
    let route: RouteDeclaration
    let publicURL: PublicURL

    /// The route's part of the page.
    var html: String {
        var parts = [
            """
            <h3>\(Self.method(of: route)) <a href="#\(route.operation)"><code>\(path)</code></a></h3>
            <p>\(Page.marked(route.summary)) \(Page.marked(route.notes.details))</p>
            """
        ]
        if let security { parts.append("<p class=\"soft\">\(security)</p>") }
        if !rows.isEmpty { parts.append("<h4>Takes</h4>\n\(formats)\(Self.table(rows))") }
        parts.append(
            "<h4>Example</h4>\n<pre>\(Page.escaped(CurlExample(route: route, publicURL: publicURL).text))</pre>")
        parts.append("<h4>Answers</h4>\n\(route.answers.map(Self.answer).joined(separator: "\n"))")
        let own = route.allRefusals.filter { kind in route.refusals.contains(kind) || Self.ofBodies.contains(kind) }
        if !own.isEmpty { parts.append("<h4>Refusals</h4>\n\(Self.codes(own))") }
        return "<article id=\"\(route.operation)\">\n\(parts.joined(separator: "\n"))\n</article>"
    }

    /// The method in its colour.
    static func method(of route: RouteDeclaration) -> String {
        let name = route.method?.rawValue ?? "ANY"
        return "<span class=\"method \(name.lowercased())\">\(name)</span>"
    }

    /// Codes of refusals, each with its status and leading to its page.
    static func codes(_ kinds: [ProblemKind]) -> String {
        let entries = kinds.map { kind in
            "<li><a href=\"problems/\(kind.code)\"><span>\(kind.status.code)</span> \(kind.code)</a></li>"
        }
        return "<ul class=\"codes\">\(entries.joined())</ul>"
    }

    private var path: String { Page.escaped(route.path.description) }

    private static let ofBodies: [ProblemKind] = [.bodyTooLarge, .unsupportedMediaType, .invalidInput]

    private var security: String? {
        switch route.security {
        case .none: nil
        case .bearer: "Needs an access token, as <code>Authorization: Bearer</code>."
        case .bearerOrNothing:
            "Needs an access token where the rules do, as <code>Authorization: Bearer</code>."
        case .bearerOrField(let field):
            "Needs an access token, as <code>Authorization: Bearer</code>, or <code>\(Page.escaped(field))</code>."
        }
    }

    /// Name, what it may be, and its sentence, of what stands in the path, in the query and in the body.
    private var rows: [[String]] {
        let parameters = route.notes.parameters.map { parameter in
            [parameter.name, "in the path", Page.marked(parameter.summary)]
        }
        let fields = (route.input?.fields ?? []).map { field in
            [field.name, field.content.words + (field.isRequired ? "" : ", optional"), Page.marked(field.summary)]
        }
        let query = route.query.map { field in
            [
                field.name, "in the query, " + field.content.words + (field.isRequired ? "" : ", optional"),
                Page.marked(field.summary),
            ]
        }
        return parameters + query + fields
    }

    private var formats: String {
        guard let input = route.input else { return "" }
        let names = input.formats.map { $0 == .json ? "JSON" : "a form" }.joined(separator: " or ")
        let sentence =
            names.prefix(1).uppercased() + names.dropFirst() + (input.isRequired ? "." : ", or nothing.")
            + (input.isClosed ? " Other fields are refused." : "")
        return "<p class=\"soft\">\(sentence)</p>\n"
    }

    private static func table(_ rows: [[String]]) -> String {
        let lines = rows.map { row in
            "<tr><td><code>\(row[0])</code></td><td>\(row[2])<br><span class=\"soft\">\(row[1])</span></td></tr>"
        }
        return "<table>\n\(lines.joined(separator: "\n"))\n</table>"
    }

    private static func answer(_ answer: RouteDeclaration.Answer) -> String {
        let fields = answer.headers.map { header in
            "<code>\(header.name.rawName)\(header.value.map { ": \(Page.escaped($0))" } ?? "")</code>"
        }
        let headers = fields.isEmpty ? "" : "<br><span class=\"soft\">With \(fields.joined(separator: ", ")).</span>"
        let examples = answer.contents.compactMap(\.shape).filter { $0 != .anyObject }.map { shape in
            "\n<pre>\(Page.escaped(shape.example.indented))</pre>"
        }
        return
            "<p><strong>\(answer.status.code)</strong> \(Page.marked(answer.summary))\(headers)</p>\(examples.joined())"
    }
}

extension InputContent {
    /// What a field may be, in a few words.
    fileprivate var words: String {
        switch kind {
        case .boolean: return "true or false"
        case .wholeNumber:
            return "a whole number" + (range.map { ", \($0.lowerBound) to \($0.upperBound)" } ?? "")
        case .texts: return "a list of texts" + (counts.map { ", \($0.lowerBound) to \($0.upperBound) of them" } ?? "")
        case .text: break
        }
        let noun = format == "email" ? "an e-mail address" : "text"
        guard let lengths else { return noun }
        return "\(noun), \(lengths.lowerBound) to \(lengths.upperBound) characters"
    }
}
