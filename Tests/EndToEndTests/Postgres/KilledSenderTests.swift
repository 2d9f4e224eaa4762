import Foundation
import GatewayTestServers
import Testing

/// Gateways that are killed with mails in their hands, beside others that go on.
@Suite(.needsPostgres, .timeLimit(.minutes(10))) struct KilledSenderTests {
    private static let count = 1000

    @Test func `of a thousand mails of four gateways none is lost, and only those come twice that a killed one held`()
        async throws
    {
        let sink = try MailSink()
        defer { sink.end() }
        let ledger = try await ClaimLedger.open(in: .ready(on: .shared()))
        let names = (0..<4).map { "gateway\($0)" }
        var nodes: [GatewayProcess] = []
        for name in names { nodes.append(try await ledger.start(name, with: sink.section + GatewayProcess.quick)) }
        for batch in stride(from: 0, to: Self.count, by: 20) {
            let answers = try await inParallel(20) { [nodes] number in
                try await nodes[number % 4].register("person\(batch + number)", "correct horse battery")
            }
            try #require(answers.allSatisfy { $0.status == 201 }, "\(answers.map(\.status))")
        }
        #expect(sink.ids.isEmpty)
        sink.greet()

        var (held, taken): (Set<String>, Set<String>) = ([], [])
        for (place, name) in names.prefix(2).enumerated() {
            await sink.mails(150 * (place + 1))
            let process = nodes[place].process
            // At a bad moment, if one comes: a mail was taken, and nobody but its sender knows.
            var inHand = try await stopped(process, name, ledger)
            while inHand.isDisjoint(with: ids(sink)), sink.ids.count < 400 * (place + 1) {
                process.send(SIGCONT)
                // Until when it has gone on too.
                await sink.mails(Set(sink.ids).count + 8)
                inHand = try await stopped(process, name, ledger)
            }
            await process.end(SIGKILL)
            taken.formUnion(inHand.intersection(ids(sink)))
            held.formUnion(inHand)
        }
        // What the dead had claimed is another's a minute later.
        try await ledger.isEmptied()
        let counts = Dictionary(grouping: ids(sink)) { $0 }.mapValues(\.count)
        let repeated = counts.filter { $0.value > 1 }
        print(
            "mails: \(counts.count) of \(Self.count); the killed held \(held.count), of which \(taken.count) had been "
                + "taken; \(repeated.count) came twice")
        #expect(counts.count == Self.count)
        #expect(Set(repeated.keys).isSubset(of: held), "\(repeated.keys) \(held)")
        #expect(taken.isSubset(of: repeated.keys), "what nobody knew to have come is sent again")
        #expect(repeated.values.allSatisfy { $0 == 2 })
        // A gateway has four in its hands at most.
        #expect(held.count <= 8)
        for node in nodes.dropFirst(2) { #expect(await node.process.end() == 0) }
    }

    /// Has a gateway stand still, all of its threads; the mails in its hands then.
    private func stopped(_ process: RunningProcess, _ name: String, _ ledger: ClaimLedger) async throws -> Set<String> {
        process.send(SIGSTOP)
        let tasks = "/proc/\(process.pid)/task"
        while try !FileManager.default.contentsOfDirectory(atPath: tasks).allSatisfy({ thread in
            // The name before the state may hold anything.
            let fields = try String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8).split(separator: ")")
            return fields.last?.hasPrefix(" T") == true
        }) { try Task.checkCancellation() }
        return try await ledger.mails(heldBy: name)
    }

    /// The ids of the mails that were taken, as the store has them.
    private func ids(_ sink: MailSink) -> [String] {
        sink.ids.map { $0.prefix { $0 != "@" }.filter { $0.isLetter || $0.isNumber } }
    }
}
