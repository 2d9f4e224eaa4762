import AsyncHTTPClient
import Foundation
import GatewayAccess
import GatewayJOSE
import GatewayKit
import NIOCore
import NIOHTTP1
import NIOSSL

/// Fetches key sets over https: within ten seconds from the first packet to the last byte, up to 256 KiB, and from the
/// place that the file names alone.
struct KeySetFetch: Sendable {
    /// How long a fetch may take.
    static let deadline = Duration.seconds(10)

    private let time: any TimeSource
    private let configuration: HTTPClient.Configuration

    /// Trusts whom the system trusts, or as the configuration says.
    init(time: any TimeSource, trusting tls: TLSConfiguration = .makeClientConfiguration()) {
        self.time = time
        var tls = tls
        tls.minimumTLSVersion = .tlsv12
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        // Keys come from where the operator has said; one that has moved says so in the log.
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(5)
        // Over HTTP/2 a server that says nothing behind the handshake would be waited for without an end.
        configuration.httpVersion = .http1Only
        self.configuration = configuration
    }

    /// The text at an https URL; throws ``KeySetFailure``, which repeats nothing of the answer.
    func text(at url: String) async throws(KeySetFailure) -> [UInt8] {
        guard url.lowercased().hasPrefix("https://") else { throw KeySetFailure("it is no https URL") }
        do {
            return try await inTime { try await answer(from: url) }
        } catch let failure as KeySetFailure {
            throw failure
        } catch is NIOTooManyBytesError {
            throw KeySetFailure("the answer is longer than 256 KiB")
        } catch {
            throw KeySetFailure(Self.words(for: "\(error)"))
        }
    }

    /// The library's words, behind an operator's where those are known.
    private static func words(for error: String) -> String {
        for (part, words) in [
            ("failedToValidateHostname", "the server's certificate is for another host"),
            (
                "CERTIFICATE_VERIFY_FAILED",
                "the server's certificate is not good to those whom the system, or SSL_CERT_FILE, trusts"
            ),
            ("PROTOCOL_VERSION", "the server speaks no TLS 1.2 or newer"),
        ] where error.contains(part) {
            return "\(words) (\(error))"
        }
        return error
    }

    /// Fetches are few, so each has a client of its own, and none is left to be shut down.
    private func answer(from url: String) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "accept", value: "application/jwk-set+json, application/json")
        request.headers.add(name: "user-agent", value: "auth-gateway/\(Version.current)")
        return try await HTTPClient.withHTTPClient(configuration: configuration(for: url)) { client in
            let response = try await client.execute(request, deadline: .distantFuture)
            guard response.status == .ok else {
                throw KeySetFailure("the answer has status \(response.status.code)")
            }
            return Array(buffer: try await response.body.collect(upTo: JWKSet.maximumLength))
        }
    }

    /// The configuration with a look at the server's certificate before anything is sent.
    private func configuration(for url: String) -> HTTPClient.Configuration {
        let server = ReferenceIdentifier(host: URL(string: url)?.host() ?? "")
        let check: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
            channel.nioSSL_peerCertificate().flatMapThrowing { certificate in
                guard certificate.map(server.isCertified) == true else {
                    throw KeySetFailure("the server's certificate is for another host")
                }
            }.flatMapError { error in channel.close().flatMapThrowing { throw error } }
        }
        var configuration = configuration
        configuration.http1_1ConnectionDebugInitializer = check
        return configuration
    }

    /// Does something, and cancels it when the deadline comes first.
    private func inTime<Outcome: Sendable>(
        _ work: @escaping @Sendable () async throws -> Outcome
    ) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask(operation: work)
            group.addTask {
                try await time.sleep(for: Self.deadline)
                throw KeySetFailure("no whole answer within \(Self.deadline.components.seconds) seconds")
            }
            defer { group.cancelAll() }
            guard let outcome = try await group.next() else { throw CancellationError() }
            return outcome
        }
    }
}
