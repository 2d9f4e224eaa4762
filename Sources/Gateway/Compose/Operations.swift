import GatewayAccess
import GatewayHTTP
import GatewayKit

/// What the operations listener shows: whether the gateway is ready, and what it counts.
struct Operations: Sendable {
    let store: any Storage
    let revocations: RevocationLog
    /// How many tokens are remembered.
    let knownCount: @Sendable () -> Int
    /// How old the keys of other issuers are.
    var keyAges: @Sendable () -> [(issuer: String, age: Duration)] = { [] }
    let metrics: PrometheusMetrics
    let time: any TimeSource
    /// Whether the public listener takes connections.
    let isListening: @Sendable () -> Bool

    var endpoints: [Endpoint] {
        Endpoint.health { await checks() } + [
            .metrics(contentType: PrometheusText.contentType) { metrics.text(with: await samples()) }
        ]
    }

    /// What must hold for requests to be answered.
    func checks() async -> [HealthCheck] {
        var stored = HealthCheck("storage")
        do throws(StorageError) {
            try await store.checkReadiness()
        } catch {
            stored = HealthCheck("storage", problem: "the store does not answer, or its schema is another")
        }
        let isRead = revocations.isReady && revocations.isFresh
        let read = HealthCheck("revocations", problem: isRead ? nil : "the revocation log has not been read lately")
        let listening = HealthCheck("listener", problem: isListening() ? nil : "the gateway is starting or stopping")
        return [stored, read, listening]
    }

    /// What is looked up at each scrape. Of a store out of reach the mails are left out, so that nobody takes the last
    /// number for the present one.
    func samples() async -> [MetricSample] {
        async let mails = outbox()
        let ready = await checks().map { check in
            MetricSample("auth_gateway_ready", check.problem == nil ? 1 : 0, [("check", check.name)])
        }
        let keys = keyAges().map { issuer, age in
            MetricSample("auth_gateway_issuer_keys_age_seconds", age / .seconds(1), [("issuer", issuer)])
        }
        return ready + (await mails) + keys + ProcessGauges.samples() + [
            MetricSample("auth_gateway_build_info", 1, [("version", Version.current)]),
            MetricSample("auth_gateway_known_credentials", Double(knownCount())),
            MetricSample("auth_gateway_revocations", Double(revocations.table.count)),
            MetricSample("auth_gateway_revocation_lag_seconds", revocations.lag / .seconds(1)),
        ]
    }

    private func outbox() async -> [MetricSample] {
        do throws(StorageError) {
            let (waiting, parked, oldest) = try await store.read { records throws(StorageError) in
                let counts = try records.outbox.counts()
                return (counts.waiting, counts.parked, try records.outbox.oldest())
            }
            let age = oldest.map { max(.zero, time.now() - $0) } ?? .zero
            return [
                MetricSample("auth_gateway_outbox_mails", Double(waiting), [("state", "waiting")]),
                MetricSample("auth_gateway_outbox_mails", Double(parked), [("state", "parked")]),
                MetricSample("auth_gateway_outbox_oldest_seconds", age / .seconds(1)),
            ]
        } catch {
            return []  // The check above says so, and the failure is counted.
        }
    }
}
