import Crypto
import Foundation
import GatewayEndpoints
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// What the gateway says about itself: the OpenAPI document, the page of the API, and the pages of codes.
@Suite struct SelfDescriptionTests {
    let gateway: InMemoryGateway

    init() throws { gateway = try InMemoryGateway() }

    @Test func `the document has every route, in the deployment's own words`() async throws {
        let answer = try await gateway.send(.get, "/openapi.json")
        #expect(answer.headers[.cacheControl] == "public, max-age=300")
        let document = try JSONValue(strictly: Array(buffer: answer.body))
        #expect(document["info"]?["version"] == "1.2.3")
        #expect(document["servers"]?.array?.first?["url"] == "https://auth.example.com")
        for route in gateway.routes {
            let operations = document["paths"]?[route.path.documented]?.object ?? []
            let methods = operations.map { $0.name.uppercased() }
            let all = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"]
            #expect(Set(route.method.map { [$0.rawValue] } ?? all).isSubset(of: methods), "\(route.name)")
        }
        let password = document["components"]?["schemas"]?["RegisterInput"]?["properties"]?["password"]
        #expect(password?["minLength"]?.integer == Int64(gateway.hasher.policy.minimumLength))
    }

    @Test func `the document is the same to the byte each time, and everything it refers to is there`() throws {
        let text = document()
        #expect(text == document())
        let value = try JSONValue(strictly: Array(text.utf8))
        let references = text.matches(of: #/"\$ref": "#/([^"]+)"/#).map { String($0.1) }
        #expect(references.count > 50)
        for reference in Set(references) {
            let target = reference.split(separator: "/").reduce(Optional(value)) { $0?[String($1)] }
            #expect(target != nil, "\(reference)")
        }
    }

    @Test func `each operation has a name of its own, and each parameter a sentence`() {
        let names = document().matches(of: #/"operationId": "([^"]+)"/#).map { String($0.1) }
        #expect(names.count == Set(names).count)
        for route in gateway.routes {
            #expect(route.notes.operation != nil && route.notes.topic != nil, "\(route.name)")
            #expect(route.notes.parameters.map(\.name) == route.path.documentedParameters, "\(route.name)")
        }
    }

    @Test func `each refusal of a route stands under its status, with every code`() throws {
        let value = try JSONValue(strictly: Array(document().utf8))
        for route in gateway.routes where route.refusalForm != .stated {
            let method = route.someMethod.rawValue.lowercased()
            let responses = value["paths"]?[route.path.documented]?[method]?["responses"]
            for kind in route.allRefusals {
                let reference = responses?[String(kind.status.code)]?["$ref"]?.string
                #expect(reference?.contains(kind.code) == true, "\(route.name): \(kind.code)")
            }
        }
    }

    @Test func `the page of the API shows every route, and needs no script and nothing from elsewhere`() async throws {
        let answer = try await gateway.send(.get, "/docs")
        let page = String(buffer: answer.body)
        #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
        #expect(answer.headers[.cacheControl] == "public, max-age=300")
        for route in gateway.routes {
            #expect(page.contains("<article id=\"\(route.operation)\">"), "\(route.name)")
            for field in route.input?.fields ?? [] { #expect(page.contains("<code>\(field.name)</code>")) }
        }
        #expect(page.contains("curl 'https://auth.example.com/auth/login'"))
        try expectSelfContained(page, answer.headers)
    }

    @Test(arguments: ProblemKind.all)
    func `each code has a page in plain words, where a refusal's type leads`(kind: ProblemKind) async throws {
        let answer = try await gateway.send(.get, "/problems/\(kind.code)")
        #expect(answer.status == .ok)
        #expect(answer.headers[.cacheControl] == "public, max-age=300")
        let page = String(buffer: answer.body)
        let told = try #require(kind.explanation)
        #expect(page.contains("status \(kind.status.code)"))
        #expect(page.contains(told.remedy.prefix(20)))
        try expectSelfContained(page, answer.headers)
    }

    @Test(arguments: ["nothing", "INVALID_TOKEN", "%3Cscript%3E", "acme.too_cold"])
    func `a code that is not in the catalogue has no page`(code: String) async throws {
        let answer = try await gateway.send(.get, "/problems/\(code)")
        #expect(answer.status == .notFound)
        #expect(answer.code == "not_found")
    }

    /// No script, no address to load from, and a policy that lets the page's one style through and nothing else.
    private func expectSelfContained(_ page: String, _ headers: HTTPFields) throws {
        for foreign in ["<script", "<link", "<img", "src=", "@import", "url(", "style="] {
            #expect(!page.contains(foreign), "\(foreign)")
        }
        for link in page.matches(of: #/href="([^"]*)"/#) {
            #expect(!link.1.contains(":") && !link.1.hasPrefix("//"), "\(link.1)")
        }
        let style = try #require(page.firstMatch(of: #/<style>((?:.|\n)*)</style>/#)).1
        let hash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
        #expect(
            headers[.contentSecurityPolicy]
                == "default-src 'none'; style-src 'sha256-\(hash)'; form-action 'none'; base-uri 'none'; "
                + "frame-ancestors 'none'")
    }

    private func document() -> String {
        OpenAPIDocument(
            routes: GatewayEndpoints.declarations(policy: gateway.hasher.policy), publicURL: gateway.publicURL,
            version: "1.2.3"
        ).text
    }
}
