import Foundation
import Synchronization

/// Sends one request again and again over some connections, each as soon as the one before is answered.
struct ClosedLoop: Sendable {
    let port: UInt16
    /// Taken in turn.
    let requests: [[UInt8]]
    let status: Int

    init(port: UInt16, requests: [[UInt8]], status: Int) {
        self.port = port
        self.requests = requests
        self.status = status
    }

    init(port: UInt16, request: [UInt8], status: Int) { self.init(port: port, requests: [request], status: status) }

    /// How many are answered in a second.
    func rate(of count: Int, over connections: Int) throws -> Double {
        let begin = Moment.now()
        try send(count, over: connections)
        return Double(count) / Moment.now().since(begin)
    }

    func send(_ count: Int, over connections: Int) throws {
        try Crew(of: connections) { [self] number in
            let connection = try Connection(port: port)
            for turn in 0..<count / connections {
                let request = requests[(turn * connections + number) % requests.count]
                guard try connection.exchange(request).status == status else { throw WrongAnswer() }
            }
        }.join()
    }
}

/// Sends a request at fixed moments, whether or not earlier ones are answered in time, and measures each from the
/// moment that it was to be sent: a server that stalls is not spared what would have come meanwhile.
struct OpenLoop {
    let port: UInt16
    let request: [UInt8]
    let perSecond: Int

    /// Each answer's time, in seconds.
    func times(forSeconds seconds: Int, threads: Int = 4) throws -> [Double] {
        let begin = Moment.now().advanced(bySeconds: 0.1)
        let times = try Crew(of: threads) { [self] thread in
            wakeOnTime()
            let connection = try Connection(port: port)
            _ = try connection.exchange(request)
            return try stride(from: thread, to: perSecond * seconds, by: threads).map { number in
                let due = begin.advanced(bySeconds: Double(number) / Double(perSecond))
                due.wait()
                guard try connection.exchange(request).status == 200 else { throw WrongAnswer() }
                return Moment.now().since(due)
            }
        }.join()
        return times.flatMap { $0 }
    }

    /// Linux wakes a sleeping thread up to 50 µs late, to save wake-ups; the calling one is to be on time.
    private func wakeOnTime() {
        let thread = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        let file = "/proc/\(thread?.split(separator: "/").last ?? "self")/timerslack_ns"
        try? "1".write(toFile: file, atomically: false, encoding: .utf8)
    }
}

/// People who do the same again and again, each over a connection of their own and as fast as they are let, until they
/// are stopped.
final class Storm: Sendable {
    private let isOver = Atomic(false)
    private let crew: Mutex<Crew<[Moment]>?>

    /// Starts them, at the servers in turn; `begin` gives what each does once, told the how manieth time it is.
    init(
        _ people: [Person], at ports: [UInt16],
        _ begin: @escaping @Sendable (Person, Connection) throws -> (Int) throws -> Void
    ) {
        crew = Mutex(nil)
        let started = Crew(of: people.count) { [self] number -> [Moment] in
            let once = try begin(people[number], Connection(port: ports[number % ports.count]))
            var answers: [Moment] = []
            while !isOver.load(ordering: .relaxed) {
                try once(answers.count)
                answers.append(.now())
            }
            return answers
        }
        crew.withLock { $0 = started }
    }

    /// They log in.
    static func logins(of people: [Person], at ports: [UInt16]) -> Storm {
        Storm(people, at: ports) { person, connection in
            { turn in
                guard try connection.exchange(person.login(from: turn)).status == 200 else { throw WrongAnswer() }
            }
        }
    }

    /// They have logged in, and refresh.
    static func refreshes(of people: [Person], at ports: [UInt16]) -> Storm {
        Storm(people, at: ports) { person, connection in
            var token = try connection.exchange(person.login(from: 0)).text(behind: "refresh_token")
            return { _ in
                guard let last = token else { throw WrongAnswer() }
                token = try connection.exchange(Requests.refresh(last)).text(behind: "refresh_token")
            }
        }
    }

    /// Ends it; when each was answered.
    func stop() throws -> [Moment] {
        isOver.store(true, ordering: .relaxed)
        return try crew.withLock(\.self)?.join().flatMap { $0 } ?? []
    }

    /// How many are answered in a second, of some seconds after half a one; then it is stopped.
    func rate(forSeconds seconds: Double) throws -> Double {
        Moment.now().advanced(bySeconds: 0.5).wait()
        let begin = Moment.now()
        begin.advanced(bySeconds: seconds).wait()
        let end = Moment.now()
        return Double(try stop().count { begin <= $0 && $0 < end }) / end.since(begin)
    }
}
