import GatewayKit
import Testing

@testable import Gateway

/// What `doctor` finds where it stands in place of the application.
@Suite struct SomebodyTests {
    @Test func `an identity that is added to, left out or forged is found`() async throws {
        let twice = try await marks { _ in ModelProxy.identity + [Probe.Field("remote_user", "johndoe")] }
        #expect(twice.contains("LEAK the application is told Remote-User 2 times"))
        let nobody = try await marks { _ in [] }
        #expect(nobody.contains("warning the application is not told who it is: no Remote-User arrives"))
        // As a proxy does that leaves one of the five alone.
        let forged = try await marks { probe in
            ModelProxy.identity + probe.fields.filter { $0.name.lowercased() == "remote-groups" }
        }
        #expect(forged.contains("LEAK forged identity headers beside the token: 5 of 32 requests got through"))
        // As one does that drops what Connection names.
        let dropped = try await marks { probe in
            probe.fields.contains(Probe.Field("Connection", "close, Remote-User")) ? [] : ModelProxy.identity
        }
        #expect(dropped.contains("LEAK forged identity headers beside the token: 1 of 32 requests got through"))
    }

    @Test func `a header by which frameworks act is a leak, and an address that was added to is a warning`()
        async throws
    {
        let acted = try await marks { probe in
            ModelProxy.identity + probe.fields.filter { $0.name == "X_Rewrite_URL" }
        }
        let words = "forged headers about the request beside the token: "
        #expect(acted.contains("LEAK \(words)1 of 44 requests got through"))
        let added = try await marks { probe in
            let own = probe.fields.filter { $0.name == "X-Forwarded-For" }.map(\.value)
            return [
                Probe.Field("Remote-User", "johndoe"),
                Probe.Field("X-Forwarded-For", (own + ["192.0.2.1"]).joined(separator: ", ")),
            ]
        }
        #expect(added.contains("warning \(words)3 of 44 requests got through"))
    }

    @Test func `a token that reaches the application is a warning, and whether cookies do is said`() async throws {
        let told = try await marks { _ in ModelProxy.identity + [Probe.Field("authorization", "Bearer x")] }
        #expect(told.contains("warning the token reaches the application"))
        #expect(told.contains("ok the session cookie of a browser does not reach the application"))
    }

    @Test func `requests that are counted or get lost are no refusals`() async throws {
        for status in [200, 429, 502] {
            let proxy = ModelProxy(mistake: { probe in
                let isOne = probe.credential == .token && probe.fields.first?.name == "REMOTE-USER"
                return isOne ? Examination.Sight(outcome: ModelProxy.answer(status)) : nil
            })
            let (findings, summary) = try await proxy.examined()
            let found = findings.filter { $0.mark == .cannotTell }.map(\.text)
            let words = "1 of 32 requests did not arrive, though the token is good"
            #expect(found == ["forged identity headers beside the token: \(words)"])
            #expect(!summary.isFine)
        }
        let refusing = ModelProxy(mistake: { probe in
            let isOne = probe.credential == .token && probe.fields.first?.name == "Connection"
            return isOne ? Examination.Sight(outcome: ModelProxy.answer(400)) : nil
        })
        #expect(try await refusing.examined().summary.isFine)
    }

    @Test func `from outside, a forged value that comes back in the answer is proof`() async throws {
        let proxy = ModelProxy(
            mistake: { probe in
                let lie = probe.fields.first { $0.name == "Remote-User" && probe.credential == .token }
                return lie.map { Examination.Sight(outcome: ModelProxy.answer(200, [], "Hello, \($0.value)!")) }
            }, echo: nil)
        let (findings, summary) = try await proxy.examined()
        let leak = try #require(findings.first { $0.mark == .leak })
        #expect(leak.text == "forged identity headers beside the token: 3 of 32 requests got through")
        #expect(leak.request.contains("Authorization: Bearer <token>"))
        #expect(leak.remarks.first == "The answer repeats the forged value, so the application was told it.")
        #expect(!summary.isFine)
    }

    /// Marks and texts where an application is told these fields of a request with a token.
    private func marks(telling fields: @escaping @Sendable (Probe) -> [Probe.Field]) async throws -> [String] {
        let proxy = ModelProxy(mistake: { probe in
            probe.credential == .token ? ModelProxy.passed(probe, telling: fields(probe)) : nil
        })
        let (findings, summary) = try await proxy.examined()
        #expect(summary.isFine == !findings.contains { $0.mark == .leak })
        return findings.map { "\($0.mark.rawValue) \($0.text)" }
    }
}
