import GatewayHTTP
import GatewayKit
import HTTPTypes

/// The API as a page for people, written from the same declarations as the OpenAPI document.
///
/// `DocsRoute` writes a route, `CurlExample` how to call it.
struct DocsPage {
    let routes: [RouteDeclaration]
    let publicURL: PublicURL
    let version: String

    /// The whole page.
    var html: String {
        let main = """
            <main>
            <h1>Auth Gateway</h1>
            <p>Accounts, sessions, and the question whether a request may pass: the API of \
            <code>\(Page.escaped(publicURL.text))</code>, version \(Page.escaped(version)). Programs read it as \
            <a href="openapi.json">OpenAPI 3.1</a>.</p>
            \(index)
            \(errors)
            \(topics.map(section).joined(separator: "\n"))
            </main>
            """
        return Page.html("Auth Gateway: the API", main)
    }

    private var topics: [String] {
        var topics: [String] = []
        for topic in routes.map(\.topic) where !topics.contains(topic) { topics.append(topic) }
        return topics
    }

    private var index: String {
        let entries = routes.map { route in
            """
            <li>\(DocsRoute.method(of: route)) <a href="#\(route.operation)"><code>\(Page.escaped("\(route.path)"))\
            </code></a></li>
            """
        }
        return "<nav class=\"card\"><ul class=\"index\">\n\(entries.joined(separator: "\n"))\n</ul></nav>"
    }

    private var errors: String {
        let ofAll = ProblemKind.all.filter { kind in
            routes.allSatisfy { $0.refusalForm == .stated || $0.allRefusals.contains(kind) }
        }
        return """
            <h2 id="errors">Refusals</h2>
            <article>
            <p>Every refusal is <code>application/problem+json</code>. <code>code</code> is the word for programs and \
            stays the same; <code>detail</code> is for people; <code>errors</code> names every field at fault; \
            <code>request_id</code> finds the request in the gateway's log.</p>
            <pre>\(Page.escaped(Self.refusal(at: publicURL).indented))</pre>
            <p>Fields that a body has beside those below are ignored, but where a route says otherwise. Beside what each route states, any of them can \
            answer:</p>
            \(DocsRoute.codes(ofAll))
            </article>
            """
    }

    private func section(_ topic: String) -> String {
        let articles = routes.filter { $0.topic == topic }.map { DocsRoute(route: $0, publicURL: publicURL).html }
        return "<h2>\(Page.escaped(topic))</h2>\n\(articles.joined(separator: "\n"))"
    }

    private static func refusal(at publicURL: PublicURL) -> JSONValue {
        let kind = ProblemKind.invalidInput
        return [
            "type": .string("\(publicURL)/problems/\(kind.code)"), "title": .string(kind.title),
            "status": .number(String(kind.status.code)), "detail": .string(Problem.invalidInput([]).detail),
            "code": .string(kind.code), "request_id": "mfzwizlsmvxgk3tfnzxxe2lomu",
            "errors": [
                ["pointer": "/password", "code": "too_short", "detail": "must have at least 8 characters"]
            ],
        ]
    }
}

extension RouteDeclaration {
    fileprivate var topic: String { notes.topic ?? "Others" }
}
