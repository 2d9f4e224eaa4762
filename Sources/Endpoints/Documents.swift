import GatewayHTTP
import GatewayKit

extension GatewayEndpoints {
    /// The keys that access tokens can be checked with, and what the gateway says about itself.
    var documents: [Endpoint] {
        let declarations = routes.all
        let document = Array(
            OpenAPIDocument(routes: declarations, publicURL: publicURL, version: version).text.utf8)
        let page = DocsPage(routes: declarations, publicURL: publicURL, version: version).html
        return [
            Endpoint(routes.publicKeys) { _, _, _ in GatewayRoutes.keySet.response(issuer.publicKeySet()) },
            Endpoint(routes.openAPI) { _, _, _ in GatewayRoutes.openAPIDocument.response(document) },
            Endpoint(routes.docs) { _, _, _ in GatewayRoutes.docsPage.response(page, headers: Page.policy()) },
            Endpoint(routes.problem) { _, _, exchange in
                guard let page = ProblemPage.html(of: exchange.parameter("code")) else { throw Problem.notFound }
                return GatewayRoutes.problemPage.response(page, headers: Page.policy())
            },
        ]
    }
}
