import Foundation
import Synchronization

/// A mail server that takes everything and keeps what tells mails apart: a thread a connection, no TLS, no pipelining.
///
/// It can greet nobody for a while, so that mails wait, and then take them one by one, or refuse every recipient.
final class MailSink: Sendable {
    private struct State {
        var isGreeting = false
        var isRefusing = false
        var ids: [String] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    let port: UInt16
    private let listener: LocalListener
    private let state = Mutex(State())

    /// One that begins closed refuses every connection until ``open()``, and its port is its own all the same.
    init(isOpen: Bool = true) throws {
        listener = try LocalListener(at: .port(0))
        port = try listener.port
        if isOpen { try open() }
    }

    /// Takes connections from now on.
    func open() throws {
        try listener.open { connection in Thread.detachNewThread { [self] in converse(on: connection) } }
    }

    /// The section of a file that sends mails here.
    var section: String { "mail: {use: smtp, host: 127.0.0.1, port: \(port), security: none, from: a@example.com}\n" }

    /// The Message-IDs of all mails that were taken, in their order.
    var ids: [String] { state.withLock(\.ids) }

    /// Greets everybody from now on.
    func greet() { state.withLock { $0.isGreeting = true } }

    /// Refuses every recipient for good from now on, or no longer.
    func refuse(_ isRefusing: Bool) { state.withLock { $0.isRefusing = isRefusing } }

    /// Waits until so many different mails were taken, or the test is given up.
    func mails(_ count: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                change { $0.waiters.append((count, continuation)) }
            }
        } onCancel: {
            change { state in state.waiters = state.waiters.map { (0, $0.continuation) } }
        }
    }

    func end() { listener.end() }

    private func change(_ body: (inout State) -> Void) {
        let ready = state.withLock { state in
            body(&state)
            let count = Set(state.ids).count
            defer { state.waiters.removeAll { $0.count <= count } }
            return state.waiters.filter { $0.count <= count }
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    private func converse(on connection: Int32) {
        defer { close(connection) }
        // Nothing tells a thread that mails are wanted; whoever gives up waiting for the greeting closes.
        while !state.withLock(\.isGreeting) {
            var place = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            if poll(&place, 1, 5) > 0 { return }
        }
        Self.say("220 sink ESMTP", on: connection)
        var lines = Lines(connection: connection)
        while let line = lines.next() {
            switch line.prefix(4).uppercased() {
            case "QUIT":
                Self.say("221 bye", on: connection)
                return
            case "RCPT" where state.withLock(\.isRefusing): Self.say("550 5.1.1 \(line) is nobody", on: connection)
            case "DATA":
                Self.say("354 go on", on: connection)
                var id: String?
                while let text = lines.next(), text != "." {
                    if id == nil, text.lowercased().hasPrefix("message-id:") { id = String(text.dropFirst(11)) }
                }
                guard let id, !lines.isOver else { return }
                change { $0.ids.append(id) }
                Self.say("250 taken", on: connection)
            default: Self.say("250 fine", on: connection)
            }
        }
    }

    private static func say(_ line: String, on connection: Int32) {
        LocalSocket.send(Array("\(line)\r\n".utf8), on: connection)
    }

    /// What the other says, line by line.
    private struct Lines {
        let connection: Int32
        private var bytes: [UInt8] = []
        private(set) var isOver = false

        init(connection: Int32) { self.connection = connection }

        mutating func next() -> String? {
            while true {
                if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { bytes.removeFirst(end + 1) }
                    return String(decoding: bytes[..<end], as: UTF8.self).trimmingCharacters(in: .newlines)
                }
                let more = LocalSocket.receive(on: connection)
                guard !more.isEmpty else {
                    isOver = true
                    return nil
                }
                bytes += more
            }
        }
    }
}
