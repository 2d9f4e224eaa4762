import GatewayEndpoints
import GatewayKit
import HTTPTypes
import Testing

/// What each proxy makes of a client's request when it asks about that.
@Suite struct ProxiedRequestTests {
    private func question(in dialect: Dialect, about url: String, bearer: String? = nil) throws -> [String] {
        let client = try #require(IPAddress("192.0.2.7"))
        let request = try #require(
            ProxiedRequest(method: "PUT", url: url, from: client, bearer: bearer, isNavigation: bearer == nil))
        let question = request.question(in: dialect)
        let fields = question.headerFields.map { "\($0.name): \($0.value)" }
        return ["\(question.method) \(question.path ?? "") \(question.authority ?? "")"] + fields
    }

    @Test func `each states it in its own way`() throws {
        let url = "HTTPS://App.test:8443/a%20b?c=d"
        let browser = ["Accept: text/html", "Sec-Fetch-Mode: navigate"]
        let common = browser + ["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https"]
        #expect(
            try question(in: .nginx, about: url)
                == ["GET /auth/verify/nginx app.test"] + common
                + ["X-Original-URL: https://app.test/a%20b?c=d", "X-Original-Method: PUT"])
        let stated = [
            "X-Forwarded-Method: PUT", "X-Forwarded-Host: App.test:8443", "X-Forwarded-Uri: /a%20b?c=d",
        ]
        for (dialect, host) in [
            (Dialect.caddy, "App.test:8443"), (.traefik, "auth-gateway"), (.haproxy, "auth-gateway"),
        ] {
            #expect(
                try question(in: dialect, about: url)
                    == ["GET /auth/verify/\(dialect) \(host)"] + common + stated)
        }
        #expect(
            try question(in: .envoy, about: url)
                == ["PUT /auth/verify/envoy/a%20b?c=d App.test:8443"] + common)
        #expect(
            try question(in: .envoy, about: url, bearer: "t")
                == ["PUT /auth/verify/envoy/a%20b?c=d App.test:8443", "Authorization: Bearer t"] + common.dropFirst(2))
        #expect(try question(in: .nginx, about: "http://[::1]/").first == "GET /auth/verify/nginx [::1]")
        #expect(try question(in: .nginx, about: "http://[::1]:80/").first == "GET /auth/verify/nginx [::1]")
        #expect(try question(in: .nginx, about: "http://A.test./").first == "GET /auth/verify/nginx a.test")
    }

    @Test(arguments: [
        ("GE T", "https://a.test/"), ("GET", "/a"), ("GET", "https://a.test/ü"), ("GET", "https://a.test/ "),
    ])
    func `what no client can send is none`(method: String, url: String) throws {
        let client = try #require(IPAddress("192.0.2.7"))
        #expect(ProxiedRequest(method: method, url: url, from: client, bearer: nil, isNavigation: false) == nil)
    }
}
