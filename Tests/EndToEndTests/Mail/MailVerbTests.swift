import Foundation
import GatewayTestServers
import Testing

/// The verbs of `mail` beside a running gateway, on each engine.
@Suite(.timeLimit(.minutes(10))) struct MailVerbTests {
    @Test func `mails that were given up are seen, tried again and dropped beside a gateway on SQLite`() async throws {
        let sink = try MailSink()
        defer { sink.end() }
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: sink.section + GatewayProcess.quick)
        try await lookAfter(gateway, sink)
    }

    @Test(.needsPostgres) func `the same on PostgreSQL`() async throws {
        let sink = try MailSink()
        defer { sink.end() }
        let deployment = try await PostgresDeployment.ready(on: .shared())
        try await lookAfter(deployment.start(with: sink.section + GatewayProcess.quick), sink)
    }

    @Test func `a mail in a gateway's hands is not dropped, and ids that are none are told`() async throws {
        let sink = try MailSink()
        defer { sink.end() }
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: sink.section + GatewayProcess.quick)
        // The sink greets nobody yet.
        #expect(try await gateway.register("ada", "correct horse battery").status == 201)
        var line = ""
        while !line.contains("  claimed  ") { line = try await list(gateway).joined() }
        let id = String(line.prefix { $0 != " " })
        #expect(line.hasSuffix("Z  to ada@example.com  \"Welcome\""))
        for verb in ["drop", "retry"] {
            let refused = try await run(gateway, [verb, id, "nowhere"])
            #expect(refused.status == 1)
            let lines = refused.output.split(separator: "\n")
            #expect(
                lines[0].hasPrefix("the mail '\(id)' is just being delivered, nothing was done: ask again after 20"))
            #expect(lines.dropFirst() == ["there is no mail 'nowhere': it was delivered, or never was"])
        }
        sink.greet()
        await sink.mails(1)
        #expect(await gateway.process.end() == 0)
    }

    @Test func `a choice of mails is either ids or all that were given up`() async throws {
        let folder = try TestFolder()
        for (words, complaint) in [
            (["drop"], "Give the ids of mails, or --parked."),
            (["retry", "--parked", "some"], "Give ids or --parked, not both."),
        ] {
            let refused = try await GatewayProcess.run(["mail"] + words, in: folder)
            #expect(refused.status == 2)
            #expect(refused.output.contains("Error: \(complaint)"), "\(refused.output)")
        }
    }

    private func lookAfter(_ gateway: GatewayProcess, _ sink: MailSink) async throws {
        sink.greet()
        sink.refuse(true)
        #expect(try await list(gateway) == ["no mail waits"])
        for name in ["ada", "bob", "eve"] {
            #expect(try await gateway.register(name, "correct horse battery").status == 201)
        }
        var lines: [String] = []
        while lines.count < 3 { lines = try await list(gateway, ["--parked"]) }
        #expect(try await list(gateway) == lines)
        let ids = lines.map { String($0.prefix { $0 != " " }) }
        for (name, line) in zip(["ada", "bob", "eve"], lines) {
            #expect(
                line.hasSuffix(
                    "Z  1 try  to \(name)@example.com  \"Welcome\"  "
                        + "last failure: the mail server refused the recipient (RCPT), with 550 5.1.1"), "\(line)")
            #expect(line.contains("  parked  written 20") && !line.contains("http"))
        }
        #expect(try await run(gateway, ["drop", ids[0]]) == (0, "the mail \(ids[0]): dropped"))
        sink.refuse(false)
        #expect(
            try await run(gateway, ["retry", ids[1]])
                == (0, "the mail \(ids[1]): a running gateway tries again within five seconds"))
        await sink.mails(1)
        #expect(
            try await run(gateway, ["retry", "--parked"])
                == (0, "1 mail: a running gateway tries again within five seconds"))
        await sink.mails(2)
        #expect(sink.ids.map { $0.prefix { $0 != "@" }.filter(\.isLetterOrDigit) } == [ids[1], ids[2]])
        var left = lines
        while left != ["no mail waits"] { left = try await list(gateway) }
        #expect(try await list(gateway, ["--parked"]) == ["no mail was given up"])
        #expect(try await run(gateway, ["drop", "--parked"]) == (0, "0 mails: dropped"))
        #expect(await gateway.process.end() == 0)
    }

    private func list(_ gateway: GatewayProcess, _ options: [String] = []) async throws -> [String] {
        let listed = try await run(gateway, ["list"] + options)
        #expect(listed.status == 0, "\(listed.output)")
        return listed.output.split(separator: "\n").map(String.init)
    }

    private func run(_ gateway: GatewayProcess, _ words: [String]) async throws -> (status: Int32, output: String) {
        try await gateway.run(["mail"] + words + ["--config", "config.yaml"])
    }
}

extension Character {
    fileprivate var isLetterOrDigit: Bool { isLetter || isNumber }
}
