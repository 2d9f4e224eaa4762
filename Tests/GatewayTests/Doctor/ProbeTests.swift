import Foundation
import GatewayKit
import Testing

@testable import Gateway

@Suite struct ProbeTests {
    @Test func `a request is written as it is stated, with nothing tidied up`() {
        let probe = Probe(
            target: "/x/../a%2Fb\\?c", hosts: ["a.test", "b.test"],
            fields: [
                Probe.Field("Remote_User", "a"), Probe.Field("remote-user", "b"), Probe.Field("remote-user", "b"),
            ],
            credential: .token)
        let bytes = probe.bytes(named: "n-1", token: Secret("the-operators-token"))
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "GET /x/../a%2Fb\\?c HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n"
                + "Authorization: Bearer the-operators-token\r\nRemote_User: a\r\nremote-user: b\r\nremote-user: b\r\n"
                + "User-Agent: auth-gateway-doctor\r\nConnection: close\r\nX-Doctor-Probe: n-1\r\n\r\n")
        let own = Probe(target: "/", hosts: [], fields: [Probe.Field("Connection", "close, Remote-User")])
        #expect(
            String(decoding: own.bytes(named: nil, token: nil), as: UTF8.self)
                == "GET / HTTP/1.1\r\nConnection: close, Remote-User\r\nUser-Agent: auth-gateway-doctor\r\n\r\n")
    }

    @Test func `people are shown the request without the token, nor most of it`() {
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
        let other = Probe.tampered(token)
        #expect(other != token && other.count == token.count)
        #expect(zip(other, token).count { $0 != $1 } == 1)
        for credential in [Probe.Credential.token, .tamperedToken] {
            let probe = Probe(target: "/", hosts: ["a.test"], credential: credential)
            let sent = String(decoding: probe.bytes(named: nil, token: Secret(token)), as: UTF8.self)
            #expect(sent.contains("Bearer \(credential == .token ? token : other)\r\n"))
            #expect(!probe.shown.joined().contains("eyJ"))
        }
        let finding = Finding(.leak, "came back: \(token)", request: ["a: \(other)"])
        let text = finding.text(hiding: [token, other])
        #expect(text == "LEAK         came back: <token>\n               a: <token>")
    }

    @Test(arguments: [
        ("https://App.Example.com", "app.example.com:443", "app.example.com", "/", ""),
        (
            "HTTP://app.example.com:8080/a%2fb/../c?d=/e?f", "app.example.com:8080", "app.example.com:8080",
            "/a%2fb/../c", "?d=/e?f"
        ),
        ("https://[::1]:444/", "[::1]:444", "[::1]:444", "/", ""),
        ("https://app.example.com:443/a", "app.example.com:443", "app.example.com", "/a", ""),
        ("http://localhost?a", "localhost:80", "localhost", "/", "?a"),
    ])
    func `a URL is taken as it is typed`(url: String, place: String, authority: String, path: String, query: String)
        throws
    {
        let site = try DoctorSite(url)
        #expect("\(site.destination)" == place)
        #expect(site.authority == authority)
        #expect((site.path, site.query) == (path, query))
        #expect(site.plain.shown.prefix(2) == ["GET \(path)\(query) HTTP/1.1", "Host: \(authority)"])
        let elsewhere = try DoctorSite(url, connectingTo: "unix:/run/proxy.sock")
        #expect(elsewhere.destination == .unix(path: "/run/proxy.sock"))
        #expect(elsewhere.authority == authority)
    }

    @Test(arguments: [
        "", "app.example.com", "/page", "ftp://a.test/", "https://", "https:///a", "https://user@a.test/",
        "https://a.test/#x", "https://a.test/a b", "https://a.test:0/", "https://a.test:99999/", "https://ä.test/",
        "https://a.test/\r\nX: y", "https://unix:/a", "https://a_b.test/",
    ])
    func `what is no absolute URL is wrong usage`(url: String) {
        let failure = #expect(throws: Failure.self) { try DoctorSite(url) }
        #expect(failure?.status == 2)
    }

    @Test func `every header that says who it is or what is asked is forged in every spelling`() throws {
        let site = try DoctorSite("https://app.example.com/page")
        let identity = ForgedIdentity.probes(on: site.plain, value: "v").map { $0.fields.map(\.name) }
        for name in ["Remote-User", "Remote-Subject", "Remote-Email", "Remote-Name", "Remote-Groups"] {
            for spelling in [name, name.lowercased(), name.uppercased(), name.replacing("-", with: "_")] {
                #expect(identity.contains([spelling]), "\(spelling)")
            }
            #expect(identity.contains([name, name]))
        }
        let question = ForgedQuestion.probes(on: site, open: "/open").map(\.fields)
        for (name, value) in [
            ("X-Original-URL", "https://app.example.com/open"), ("X-Original-Method", "OPTIONS"),
            ("X-Forwarded-Method", "OPTIONS"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "localhost"),
            ("X-Forwarded-Uri", "/open"), ("X-Forwarded-For", "127.0.0.1"), ("X-Rewrite-URL", "/open"),
        ] {
            let field = Probe.Field(name, value)
            let underscored = Probe.Field(name.replacing("-", with: "_"), value)
            let joined = Probe.Field(name, "\(value), \(value)")
            for fields in [[field], [field, field], [underscored], [joined]] {
                #expect(question.contains(fields), "\(fields)")
            }
        }
    }

    @Test func `the path and the host are spelled in every way that proxies differ about`() throws {
        let site = try DoctorSite("https://app.example.com/a/b?c=d")
        let paths = Set(PathSpellings.probes(on: site).map(\.target))
        for path in [
            "//a/b", "/./a/b", "/x/../a/b", "/%2e/a/b", "/x/%2e%2e/a/b", "/%2fa/b", "/a%2fb", "/a//b", "/a\\b",
            "/;/a/b", "/a/b;a=b", "/a/b%00", "/%61/b", "/%61/%62", "/%2561/b", "/a/b/", "/a/b/.",
        ] { #expect(paths.contains(path + "?c=d"), "\(path)") }
        #expect(!paths.contains("/a/b?c=d"))
        let behind = Set(PathSpellings.probes(on: site, behind: ["/open/x"]).map(\.target))
        for path in ["/open/x/../../a/b", "/open/x/..;/..;/a/b", "/a/b%2f..%2f../open/x/x", "/static/../a/b"] {
            #expect(behind.contains(path + "?c=d"), "\(path)")
        }
        let hosts = OtherRequests.hosts(on: site)
        for host in ["APP.EXAMPLE.COM", "app.example.com:443", "app.example.com.", "user@app.example.com"] {
            #expect(hosts.contains { $0.hosts == [host] }, "\(host)")
        }
        #expect(hosts.contains { $0.hosts == [] } && hosts.contains { $0.hosts.count == 2 })
        #expect(hosts.contains { $0.target == "https://app.example.com/a/b?c=d" && $0.hosts == [Probe.unknownHost] })
    }

    @Test func `nothing is sent that could change anything, and no probe is the plain request`() throws {
        for url in ["https://app.example.com/", "https://app.example.com/a", "http://[::1]:81/a/b?c"] {
            let site = try DoctorSite(url)
            let groups = ProbeGroup.anonymous(on: site, open: ["/open"], marker: "m", hasToken: true)
            let probes = groups.flatMap(\.probes)
            #expect((150...400).contains(probes.count))
            #expect(probes.allSatisfy { ["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get"].contains($0.method) })
            #expect(probes.allSatisfy { $0.shown != site.plain.shown })
            #expect(probes.allSatisfy { $0.credential != .token })
            let heads = probes.map { String(decoding: $0.bytes(named: nil, token: Secret("t")), as: UTF8.self) }
            #expect(heads.allSatisfy { $0.components(separatedBy: "\r\n\r\n").count == 2 })
        }
    }
}
