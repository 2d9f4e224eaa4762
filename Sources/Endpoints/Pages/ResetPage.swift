import GatewayHTTP
import HTTPTypes
import Hummingbird

/// The pages that a mailed reset link shows in a browser: no script, nothing from elsewhere, kept by no cache, and the
/// link told to nobody.
enum ResetPage {
    /// The header fields that all of them have.
    static let headers: [AnswerHeader] = [
        .noStore,
        .constant(HTTPField.Name(constant: "Referrer-Policy"), "no-referrer", "The link is told to nobody."),
    ]

    /// The form; the same for every token, with a complaint about the last try where there was one.
    static func form(complaint: String? = nil) -> Response {
        let said = complaint.map { "<p role=\"alert\">The password \(Page.escaped($0)).</p>" } ?? ""
        let form = """
            \(said)<form method="post">
            <label for="new_password">New password</label>
            <input id="new_password" name="new_password" type="password" autocomplete="new-password" maxlength="4096" \
            required>
            <button>Set password</button>
            </form>
            """
        return page(GatewayRoutes.form, "Set a new password", form)
    }

    static func done() -> Response {
        page(
            GatewayRoutes.passwordResetPage, "Your password has been changed",
            "<p>Log in with the new one. All your sessions have ended.</p>")
    }

    /// A refusal as a page: what was wrong with the password stands above the form, for another try.
    static func refusal(_ problem: Problem) -> Response {
        var answer: Response
        if let fault = problem.errors.first {
            answer = form(complaint: fault.detail)
        } else if problem.kind == .invalidLink {
            answer = page(
                GatewayRoutes.form, "This link does not work",
                "<p>It is not valid, has been used or has expired. Ask for another one.</p>")
        } else {
            answer = page(GatewayRoutes.form, "That did not work", "<p>\(Page.escaped(problem.detail))</p>")
        }
        answer.status = problem.kind.status
        answer.headers.append(contentsOf: problem.headers)
        if let seconds = problem.retryAfterSeconds { answer.headers[.retryAfter] = String(seconds) }
        return answer
    }

    private static func page(_ answer: Answer<String>, _ title: String, _ content: String) -> Response {
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
