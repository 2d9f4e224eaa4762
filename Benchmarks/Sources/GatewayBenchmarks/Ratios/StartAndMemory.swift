import Foundation

/// How long a start takes with a database that is there already, and how much memory the gateway holds.
@MainActor
struct StartAndMemory {
    let binary: String
    private let starts = 15
    private let logins = 1000

    func rows() throws -> [Row] {
        let folder = try WorkFolder()
        defer { folder.remove() }
        let people = Person.crowd(8)
        let first = try GatewayServer.start(binary, in: folder)
        defer { first.process.end() }
        try first.register(people)
        let request = Requests.verify(token: try first.token(of: people[0]))
        first.process.end()
        var times: [Double] = []
        for _ in 0..<starts {
            let begin = Moment.now()
            let server = try GatewayServer.spawn(binary, in: folder)
            defer { server.process.end() }
            try server.waitForAnswer(to: request, status: 200)
            times.append(Moment.now().since(begin))
        }
        return [startRow(times)] + (try memoryRows(folder, people, request))
    }

    private func startRow(_ times: [Double]) -> Row {
        let milliseconds = times.map { $0 * 1e3 }.sorted()
        return Row(
            name: "start to first answer", gateway: String(format: "%.0f ms", milliseconds.median),
            value: milliseconds.median,
            range: String(format: "%.0f–%.0f ms", milliseconds.first ?? 0, milliseconds.last ?? 0),
            goal: .below(150, unit: "ms"))
    }

    private func memoryRows(_ folder: WorkFolder, _ people: [Person], _ request: [UInt8]) throws -> [Row] {
        let server = try GatewayServer.spawn(binary, in: folder)
        defer { server.process.end() }
        try server.waitForAnswer(to: request, status: 200)
        Self.settle()
        let idle = try server.process.residentMegabytes()
        try Crew(of: people.count) { [port = server.port, logins] number in
            let connection = try Connection(port: port)
            for login in 0..<logins / people.count {
                let token = try connection.exchange(people[number].login(from: login)).accessToken
                guard let token, try connection.exchange(Requests.verify(token: token)).status == 200 else {
                    throw WrongAnswer()
                }
            }
        }.join()
        Self.settle()
        return [
            memoryRow("resident memory, idle", idle, .below(60, unit: "MB")),
            memoryRow("  after 1,000 logins, each token verified", try server.process.residentMegabytes(), nil),
        ]
    }

    /// What is given back a second behind its last use is gone by then.
    static func settle() { Moment.now().advanced(bySeconds: 3).wait() }

    private func memoryRow(_ name: String, _ megabytes: Double, _ goal: Goal?) -> Row {
        Row(name: name, gateway: String(format: "%.1f MB", megabytes), value: megabytes, goal: goal)
    }
}
