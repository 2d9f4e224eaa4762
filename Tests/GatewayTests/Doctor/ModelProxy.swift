import GatewayKit
import GatewayTestKit
import Synchronization

@testable import Gateway

/// A proxy that asks about everything, with one mistake at most, in front of an application that is there or replaced.
struct ModelProxy: Sendable {
    /// What it does instead of the right thing; nil where it does that.
    var mistake: @Sendable (Probe) -> Examination.Sight? = { _ in nil }
    var echo: ListenAddress? = .tcp(host: "127.0.0.1", port: 3999)
    /// Whether it lets the public path pass.
    var isOpenPathPublic = true

    /// What a refused request gets.
    static let refusal = answer(401, [Probe.Field("WWW-Authenticate", #"Bearer realm="auth-gateway""#)])

    static func answer(_ status: Int, _ fields: [Probe.Field] = [], _ body: String = "") -> RawExchange.Outcome {
        .answer(RawAnswer(status: status, fields: fields, body: Array(body.utf8)))
    }

    /// What a request gets that is forwarded, with fields that the application is told.
    static func passed(_ probe: Probe, telling fields: [Probe.Field]) -> Examination.Sight {
        let lines = ["GET \(probe.target) HTTP/1.1"] + fields.map { "\($0.name): \($0.value)" }
        let arrival = Arrival(head: lines.joined(separator: "\r\n").utf8)
        return Examination.Sight(outcome: answer(200, [], "a page"), arrivals: [arrival].compactMap(\.self))
    }

    static let identity = [Probe.Field("Remote-User", "johndoe"), Probe.Field("X-Forwarded-For", "192.0.2.1")]

    func sight(of probe: Probe) -> Examination.Sight {
        if let mistaken = mistake(probe) { return mistaken }
        guard probe.credential == .token else { return Examination.Sight(outcome: Self.refusal) }
        guard echo != nil else { return Examination.Sight(outcome: Self.answer(200, [], "a page")) }
        let cookies = probe.fields.filter { $0.name == "Cookie" }
        return Self.passed(probe, telling: Self.identity + cookies)
    }

    /// What an examination finds.
    func examined(
        open: [String] = ["/open"], loginPage: String? = nil, hasToken: Bool = true, time: ManualTime = ManualTime()
    ) async throws -> (findings: [Finding], summary: Examination.Summary) {
        let list = FindingList()
        let examination = Examination(
            site: try DoctorSite("https://app.example.com/page"), open: open, loginPage: loginPage, hasToken: hasToken,
            echo: echo,
            marker: "doctor-marker", time: time,
            send: { probe in
                isOpenPathPublic && open.contains(probe.target)
                    ? Examination.Sight(outcome: Self.answer(200)) : sight(of: probe)
            }, say: { list.add($0) })
        let summary = try await examination.run()
        return (list.all, summary)
    }
}

/// What was said.
final class FindingList: Sendable {
    private let list = Mutex<[Finding]>([])
    var all: [Finding] { list.withLock(\.self) }
    func add(_ finding: Finding) { list.withLock { $0.append(finding) } }
}
