import Crypto
import Foundation
import GatewayHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// The pages that a mailed reset link shows in a browser: no script, nothing from elsewhere, kept by no cache, and the
/// link told to nobody.
enum ResetPage {
    /// The form; the same for every token, with a complaint about the last try where there was one.
    static func form(complaint: String? = nil) -> Response {
        let said = complaint.map { "<p role=\"alert\">The password \(escaped($0)).</p>" } ?? ""
        let form = """
            \(said)<form method="post">
            <label for="new_password">New password</label>
            <input id="new_password" name="new_password" type="password" autocomplete="new-password" maxlength="4096" \
            required>
            <button>Set password</button>
            </form>
            """
        return page("Set a new password", form)
    }

    static func done() -> Response {
        page("Your password has been changed", "<p>Log in with the new one. All your sessions have ended.</p>")
    }

    /// A refusal as a page: what was wrong with the password stands above the form, for another try.
    static func refusal(_ problem: Problem) -> Response {
        var answer: Response
        if let fault = problem.errors.first {
            answer = form(complaint: fault.detail)
        } else if problem.kind == .invalidLink {
            answer = page(
                "This link does not work", "<p>It is not valid, has been used or has expired. Ask for another one.</p>")
        } else {
            answer = page("That did not work", "<p>\(escaped(problem.detail))</p>")
        }
        answer.status = problem.kind.status
        answer.headers.append(contentsOf: problem.headers)
        if let seconds = problem.retryAfterSeconds { answer.headers[.retryAfter] = String(seconds) }
        return answer
    }

    private static func page(_ title: String, _ content: String) -> Response {
        let html = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>\(title)</title>
            <style>\(style)</style>
            <main>
            <h1>\(title)</h1>
            \(content)
            </main>
            </html>

            """
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.cacheControl] = "no-store"
        headers[.referrerPolicy] = "no-referrer"
        headers[.contentSecurityPolicy] = policy
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    private static let style = """
        body{font:1rem/1.5 system-ui,sans-serif;margin:0;color:#1b1b1f;background:#f6f6f8}\
        main{max-width:22rem;margin:12vh auto;padding:2rem;background:#fff;\
        border:1px solid #d9d9e0;border-radius:.5rem}\
        h1{font-size:1.25rem;margin:0 0 1rem}\
        label,input,button{display:block;width:100%;box-sizing:border-box;font:inherit}\
        input{margin:.25rem 0 1rem;padding:.5rem;border:1px solid #8a8a94;border-radius:.25rem}\
        button{padding:.5rem;border:0;border-radius:.25rem;background:#1f4fd8;color:#fff}\
        [role=alert]{color:#b00020}
        """

    /// Lets through the one style above, by its hash, and the form's own way home.
    private static let policy: String = {
        let hash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
        return """
            default-src 'none'; style-src 'sha256-\(hash)'; form-action 'self'; base-uri 'none'; \
            frame-ancestors 'none'
            """
    }()

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

extension HTTPField.Name {
    fileprivate static var referrerPolicy: Self { HTTPField.Name(constant: "Referrer-Policy") }
}
