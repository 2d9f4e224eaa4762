import Crypto
import Foundation
import GatewayHTTP
import HTTPTypes

/// What all pages of the gateway share: one style, no script, and nothing from elsewhere.
enum Page {
    /// The header fields of pages that say the same to everybody.
    static let headers: [AnswerHeader] = [.publicFor(seconds: 300)]

    /// A page; the title and the content are HTML already.
    static func html(_ title: String, _ content: String, head: String = "") -> String {
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        \(head)<title>\(title)</title>
        <style>\(PageStyle.text)</style>
        \(content)
        </html>

        """
    }

    /// Lets through the one style, by its hash, and forms as stated.
    static func policy(formAction: String = "'none'") -> HTTPFields {
        [
            .contentSecurityPolicy: """
            default-src 'none'; style-src 'sha256-\(styleHash)'; form-action \(formAction); base-uri 'none'; \
            frame-ancestors 'none'
            """
        ]
    }

    /// A text as it stands between tags or in a quoted attribute.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    /// A sentence with its `code` in backticks marked as such.
    static func marked(_ text: String) -> String {
        escaped(text).replacing(#/`([^`]+)`/#) { "<code>\($0.1)</code>" }
    }

    private static let styleHash = Data(SHA256.hash(data: Data(PageStyle.text.utf8))).base64EncodedString()
}
