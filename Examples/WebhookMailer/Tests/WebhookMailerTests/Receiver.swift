import Foundation
import GatewayKit
import GatewayTestKit
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization

@testable import WebhookMailer

/// A server of this machine that takes mails, or does what a test wants instead.
final class Receiver: Sendable {
    /// What it does with a request that is signed as it should be.
    enum Habit: Sendable {
        case answers(HTTPResponse.Status)
        case redirects
        case neverEndsItsAnswer
        case neverAnswers
    }

    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private let habit: Habit
    private let time: ManualTime
    private let mails = Mutex<[String: ReceivedMail]>([:])
    private let (requests, request) = AsyncStream.makeStream(of: Void.self)
    private let (test, testEnd) = AsyncStream.makeStream(of: Never.self)

    private init(_ habit: Habit, time: ManualTime) {
        self.habit = habit
        self.time = time
    }

    /// The mails that have arrived, each id once.
    var received: [ReceivedMail] { mails.withLock { Array($0.values) } }

    /// Returns when the first request has come.
    func waitForRequest() async { for await _ in requests { return } }

    /// Runs a test with a receiver on a free port, and a mailer that posts to it, made as the gateway makes it.
    static func run(
        _ habit: Habit = .answers(.noContent), time: ManualTime = ManualTime(),
        _ test: @escaping @Sendable (Receiver, any Mailer) async throws -> Void
    ) async throws {
        let receiver = Receiver(habit, time: time)
        let router = Router()
        router.post("mail") { request, _ in try await receiver.answer(to: request) }
        router.post("elsewhere") { request, _ in try await receiver.keep(request) }
        try await Application(router: router).test(.live) { client in
            defer { receiver.testEnd.finish() }
            let section: ConfigLiteral = [
                "use": "acme.webhook-mailer", "url": .scalar("http://localhost:\(client.port ?? 0)/mail"),
                "secret": .scalar(secret),
            ]
            let mailer = try await Slot.mail.product(of: section, among: .webhookMailer, with: .forTests(time: time))
            try await test(receiver, mailer)
        }
    }

    private func answer(to request: Request) async throws -> Response {
        self.request.yield()
        switch habit {
        case .answers(let status):
            let kept = try await keep(request)
            return kept.status == .noContent ? Response(status: status) : kept
        case .redirects: return Response(status: .temporaryRedirect, headers: [.location: "/elsewhere"])
        case .neverEndsItsAnswer:
            let kilobyte = ByteBuffer(repeating: 0, count: 1024)
            return Response(
                status: .ok, body: ResponseBody { writer in while true { try await writer.write(kilobyte) } })
        case .neverAnswers:
            for await _ in test {}
            return Response(status: .noContent)
        }
    }

    /// Keeps a mail whose signature is right; refuses any other.
    private func keep(_ request: Request) async throws -> Response {
        let field = { name in request.headers.first { $0.name.canonicalName == name }?.value ?? "" }
        let body = Array(buffer: try await request.body.collect(upTo: 1 << 20))
        let signature = try WebhookKey(Secret(Self.secret))
            .signature(of: body, id: field("webhook-id"), at: field("webhook-timestamp"))
        guard field("webhook-signature") == signature, field("webhook-timestamp") == "\(time.now().seconds)",
            request.headers[.contentType] == "application/json"
        else { return Response(status: .unauthorized) }
        let mail = try JSONDecoder().decode(ReceivedMail.self, from: Data(body))
        mails.withLock { $0[field("webhook-id")] = mail }
        return Response(status: .noContent)
    }
}
