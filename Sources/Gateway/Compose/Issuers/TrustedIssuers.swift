import CoreMetrics
import GatewayAccess
import GatewayJOSE
import GatewayKit
import Logging
import NIOSSL

/// The other issuers of one reading of the file, with what keeps their keys new.
struct TrustedIssuers: Sendable {
    /// What judges their tokens.
    let issuers: ForeignIssuers
    /// What reads their keys again; nil when there is nobody.
    let updates: IssuerKeyUpdates?
    /// The keys that come from a URL, by whose they are and where they are from, for the next reading of the file.
    private let fetched: [FetchedFrom: IssuerKeys]

    private struct FetchedFrom: Hashable {
        let issuer: String
        let url: String
    }

    /// Nobody.
    static let none = TrustedIssuers(issuers: .none, updates: nil, fetched: [:])

    /// Takes the issuers that the file names. A key set in a file is read now, and refuses the start when it is unfit;
    /// one at a URL is fetched in the background, and what a former reading of the file has fetched goes on.
    static func made(
        of settings: [IssuerSettings], in deployment: Deployment, after former: TrustedIssuers = .none,
        logger: Logger, metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) async throws(Failure) -> TrustedIssuers {
        guard !settings.isEmpty else { return .none }
        let time = deployment.host.time
        let files = KeySetFiles()
        let fetch = KeySetFetch(time: time, trusting: try await trust(for: settings, in: deployment, reading: files))
        var (issuers, sources): ([ForeignIssuer], [IssuerKeyUpdates.Source]) = ([], [])
        var fetched: [FetchedFrom: IssuerKeys] = [:]
        for (index, item) in settings.enumerated() {
            let keys: IssuerKeys
            switch item.keys {
            case .url(let url):
                let place = FetchedFrom(issuer: item.issuer, url: url)
                keys = former.fetched[place] ?? IssuerKeys(now: time.elapsed())
                // Whoever has the file read again may have something to hurry for.
                keys.want()
                fetched[place] = keys
                sources.append(
                    IssuerKeyUpdates.Source(issuer: item.issuer, keys: keys, allowingSymmetric: false) {
                        () throws(KeySetFailure) in try await fetch.text(at: url)
                    })
            case .file(let name):
                keys = IssuerKeys(now: time.elapsed())
                let path = deployment.path(name)
                do {
                    let now = time.elapsed()
                    keys.replace(
                        by: try JWKSet(try await files.text(at: path), allowingSymmetric: true), readAt: now)
                } catch {
                    throw Failure("access.issuers[\(index)].jwks: \(error)", status: ExitStatus.unusableConfiguration)
                }
                let isSecret = keys.set?.keys.contains { $0.key.algorithm.isSymmetric } ?? false
                if isSecret, await files.isReadableByOthers(path) {
                    logger.warning(
                        "a secret that signs tokens can be read by others: chmod 600 its file",
                        metadata: [LogKey.setting: "access.issuers[\(index)].jwks"])
                }
                sources.append(
                    IssuerKeyUpdates.Source(issuer: item.issuer, keys: keys, allowingSymmetric: true) {
                        () throws(KeySetFailure) in try await files.text(at: path)
                    })
            }
            issuers.append(ForeignIssuer(item.terms, keys: keys))
        }
        return TrustedIssuers(
            issuers: ForeignIssuers(issuers, time: time),
            updates: IssuerKeyUpdates(sources, time: time, logger: logger, metrics: metrics), fetched: fetched)
    }

    /// By whom a server's certificate must be signed: by those in the file that SSL_CERT_FILE names, as it is to
    /// OpenSSL, curl and others, or else by those whom the system trusts, which the TLS library knows alone.
    private static func trust(
        for settings: [IssuerSettings], in deployment: Deployment, reading files: KeySetFiles
    ) async throws(Failure) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        let isFetching = settings.contains { if case .url = $0.keys { true } else { false } }
        guard isFetching, let path = deployment.host.environment["SSL_CERT_FILE"], !path.isEmpty else { return tls }
        do throws(KeySetFailure) {
            tls.trustRoots = .certificates(try await files.certificates(at: path))
        } catch {
            throw Failure("SSL_CERT_FILE: \(error)", status: ExitStatus.unusableConfiguration)
        }
        return tls
    }
}
