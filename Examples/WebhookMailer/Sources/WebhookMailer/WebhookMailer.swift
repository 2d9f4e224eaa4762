import AsyncHTTPClient
import Foundation
import GatewayKit

extension ModuleSet {
    /// What this package brings; a main lists it beside the built-in sets.
    public static var webhookMailer: ModuleSet { ModuleSet([WebhookMailer.module]) }
}

/// Posts each mail as JSON to a URL, signed as Standard Webhooks has it. A receiver knows a repeat by `webhook-id`.
struct WebhookMailer: Mailer {
    static let module = Module(
        .mail, "acme.webhook-mailer", "Posts each mail as signed JSON to a URL.", settings: WebhookSettings.settings
    ) { settings, provision in WebhookMailer(settings, time: provision.time) }

    private let url: String
    private let key: WebhookKey
    private let deadline: Duration
    private let time: any TimeSource

    init(_ settings: WebhookSettings, time: any TimeSource) {
        url = settings.url
        key = settings.secret
        deadline = settings.deadline
        self.time = time
    }

    func send(_ mail: Mail) async throws(MailerError) {
        let request: HTTPClientRequest
        do {
            request = try self.request(for: mail)
        } catch {
            throw .permanent(cause: error)
        }
        let status: Int
        do {
            status = try await inTime { try await answer(to: request) }
        } catch {
            throw .temporary(cause: error)
        }
        switch status {
        case 200..<300: return
        // The receiver has understood who asks, and will not take this mail however often it comes.
        case 400, 413, 422: throw .permanent(cause: WebhookProblem.refused(status: status))
        // Everything else may be mended: a wrong secret or path, a redirect, an outage.
        default: throw .temporary(cause: WebhookProblem.refused(status: status))
        }
    }

    private func request(for mail: Mail) throws -> HTTPClientRequest {
        let letter = Letter(recipient: mail.recipient, subject: mail.subject, text: mail.text)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Array(try encoder.encode(letter))
        let timestamp = "\(time.now().seconds)"
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "webhook-id", value: mail.id)
        request.headers.add(name: "webhook-timestamp", value: timestamp)
        request.headers.add(name: "webhook-signature", value: key.signature(of: body, id: mail.id, at: timestamp))
        request.body = .bytes(body)
        return request
    }

    /// The answer's status; its body is left unread, however long it may be.
    ///
    /// Mails are few, so each has a client of its own, and none is left to be shut down.
    private func answer(to request: HTTPClientRequest) async throws -> Int {
        var configuration = HTTPClient.Configuration()
        // A mail goes where the file says, and nowhere else; whether to try again is the outbox's affair.
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            Int(try await client.execute(request, deadline: .distantFuture).status.code)
        }
    }

    /// Does something, and cancels it when the deadline comes first.
    private func inTime<Outcome: Sendable>(
        _ work: @escaping @Sendable () async throws -> Outcome
    ) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask(operation: work)
            group.addTask {
                try await time.sleep(for: deadline)
                throw WebhookProblem.late(deadline)
            }
            defer { group.cancelAll() }
            guard let outcome = try await group.next() else { throw CancellationError() }
            return outcome
        }
    }
}

/// The body of a request.
private struct Letter: Encodable {
    let recipient: String
    let subject: String
    let text: String
}

/// Why a mail was not taken. What the receiver has answered is not told, for it may repeat the mail.
enum WebhookProblem: Error, CustomStringConvertible {
    case refused(status: Int)
    case late(Duration)

    var description: String {
        switch self {
        case .refused(let status): "the receiver answered with status \(status)"
        case .late(let deadline): "the receiver did not answer within \(deadline)"
        }
    }
}
