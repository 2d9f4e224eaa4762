import GatewayHTTP
import GatewayKit
import HTTPTypes

/// The keys of access tokens, and what the gateway says about itself.
extension GatewayRoutes {
    static let keySet = Answer.document(
        .ok, "The key set.", "application/jwk-set+json", keySetShape,
        headers: [.publicFor(seconds: Int(TokenLifetimes.longestKeySetCache.wholeSecondsRoundedUp))])
    static let openAPIDocument = Answer.document(
        .ok, "The document.", "application/json", .anyObject, headers: [.publicFor(seconds: 300)])
    static let docsPage = Answer.page(.ok, "The page.", headers: Page.headers)
    static let problemPage = Answer.page(.ok, "The page.", headers: Page.headers)

    var publicKeys: Route<Void> {
        Route(
            .get, "/.well-known/jwks.json", "Shows the public keys of access tokens as a JWK Set (RFC 7517).",
            notes: RouteNotes(
                "showKeys", topic: Topic.documents,
                "A key stays until its last token has expired. Symmetric keys are never shown, so the set may be empty."
            ),
            answers: [Self.keySet.declaration])
    }

    var openAPI: Route<Void> {
        Route(
            .get, "/openapi.json", "Shows this document: OpenAPI 3.1.",
            notes: RouteNotes("showOpenAPI", topic: Topic.documents), answers: [Self.openAPIDocument.declaration])
    }

    var docs: Route<Void> {
        Route(
            .get, "/docs", "Shows the same as a page for people, with examples.",
            notes: RouteNotes("showDocs", topic: Topic.documents), answers: [Self.docsPage.declaration])
    }

    var problem: Route<Void> {
        let codes = ProblemKind.all.map(\.code)
        return Route(
            .get, "/problems/{code}", "Explains a code of refusals in plain words.",
            notes: RouteNotes(
                "showProblem", topic: Topic.documents, "This is where the 'type' of a refusal leads.",
                parameters: [
                    PathParameter("code", "The code of the refusal.", example: "invalid_token", values: codes)
                ]),
            answers: [Self.problemPage.declaration], refusals: [.notFound])
    }

    private static let keySetShape = OutputShape.object(
        OutputObject(
            name: "KeySet", summary: "The public keys (RFC 7517, section 5).",
            fields: [OutputFieldShape("keys", .list(.object(key)), "The keys.")]))

    private static let key = OutputObject(
        name: "Key", summary: "A public key; which further members it has depends on its type (RFC 7518, RFC 8037).",
        fields: [
            OutputFieldShape("kty", .text(format: nil), "The type.", example: "EC"),
            OutputFieldShape("kid", .text(format: nil), "The id that tokens name it by.", example: "2026-01-31a"),
            OutputFieldShape("use", .constant("sig"), "It is for signatures."),
            OutputFieldShape("alg", .text(format: nil), "The one algorithm that it is for.", example: "ES256"),
            OutputFieldShape("crv", .text(format: nil), "The curve.", isAlways: false, example: "P-256"),
            OutputFieldShape(
                "x", .text(format: nil), "A coordinate.", isAlways: false, example: "f83OJ3D2xF1Bg8vub9tL"),
            OutputFieldShape(
                "y", .text(format: nil), "The other one.", isAlways: false, example: "x_FEzRu9m36HLN_tue659"),
            OutputFieldShape("n", .text(format: nil), "The modulus, of RSA.", isAlways: false),
            OutputFieldShape("e", .text(format: nil), "The exponent, of RSA.", isAlways: false),
        ])
}
