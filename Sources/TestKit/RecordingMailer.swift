public import GatewayKit
import Synchronization

/// Keeps every mail that it is given, and can be told to fail.
public final class RecordingMailer: Mailer {
    private struct State {
        var mails: [Mail] = []
        var attempts = 0
        var failure: MailerError?
        var failuresLeft = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// Begins with no mail.
    public init() {}

    /// The mails taken so far, in order.
    public var mails: [Mail] { state.withLock(\.mails) }

    /// How often a mail was offered, failures included.
    public var attempts: Int { state.withLock(\.attempts) }

    /// Fails the next so many times.
    public func fail(_ times: Int, with error: MailerError) {
        state.withLock {
            $0.failure = error
            $0.failuresLeft = times
        }
    }

    /// Returns once so many mails were taken.
    public func waitForMails(_ count: Int) async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.watchers.append((count, continuation)) }
            wakeWatchers()
        }
    }

    public func send(_ mail: Mail) async throws(MailerError) {
        let failure: MailerError? = state.withLock { state in
            state.attempts += 1
            if state.failuresLeft > 0 {
                state.failuresLeft -= 1
                return state.failure
            }
            state.mails.append(mail)
            return nil
        }
        if let failure { throw failure }
        wakeWatchers()
    }

    private func wakeWatchers() {
        let satisfied = state.withLock { state in
            let satisfied = state.watchers.filter { $0.count <= state.mails.count }
            state.watchers.removeAll { $0.count <= state.mails.count }
            return satisfied
        }
        for watcher in satisfied { watcher.continuation.resume() }
    }
}
