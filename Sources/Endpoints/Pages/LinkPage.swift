import GatewayHTTP
import HTTPTypes
import Hummingbird

/// The pages that mailed links show in a browser: no script, nothing from elsewhere, kept by no cache, and the link
/// told to nobody.
enum LinkPage {
    /// The header fields that all of them have.
    static let headers: [AnswerHeader] = [
        .noStore,
        .constant(HTTPField.Name(constant: "Referrer-Policy"), "no-referrer", "The link is told to nobody."),
    ]

    /// A page whose only button does what the link is for.
    static func button(
        _ answer: Answer<String>, _ title: String, _ sentence: String, _ label: String
    ) -> Response {
        page(
            answer, title,
            """
            <p>\(Page.escaped(sentence))</p>
            <form method="post"><button>\(Page.escaped(label))</button></form>
            """)
    }

    /// What was done.
    static func done(_ title: String, _ sentence: String, by answer: Answer<String> = GatewayRoutes.addressPage)
        -> Response
    {
        page(answer, title, "<p>\(Page.escaped(sentence))</p>")
    }

    /// A refusal as a page.
    static func refusal(_ problem: Problem) -> Response {
        let isLink = problem.kind == .invalidLink
        return refusal(
            problem,
            on: done(
                isLink ? "This link does not work" : "That did not work",
                isLink ? "It is not valid, has been used or has expired. Ask for another one." : problem.detail))
    }

    /// A page with what a refusal states beside it.
    static func refusal(_ problem: Problem, on page: Response) -> Response {
        var answer = page
        answer.status = problem.kind.status
        answer.headers.append(contentsOf: problem.headers)
        if let seconds = problem.retryAfterSeconds { answer.headers[.retryAfter] = String(seconds) }
        return answer
    }

    /// A page of a title and of what is HTML already.
    static func page(_ answer: Answer<String>, _ title: String, _ content: String) -> Response {
        let main = """
            <main class="form">
            <div class="card">
            <h1>\(title)</h1>
            \(content)
            </div>
            </main>
            """
        let html = Page.html(title, main, head: "<meta name=\"referrer\" content=\"no-referrer\">\n")
        return answer.response(html, headers: Page.policy(formAction: "'self'"))
    }
}

extension Request {
    /// Whether a browser asks that shows its user what comes back: it names HTML outright, as apps do not.
    var wantsPage: Bool {
        headers[values: .accept].contains { $0.lowercased().contains("text/html") }
    }
}
