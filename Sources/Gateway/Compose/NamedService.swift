import Logging
import ServiceLifecycle
import UnixSignals

/// A service that is named in the log by its type alone: a service group prints what it runs, and of a structure that
/// would be every part, with whatever a module keeps there.
struct NamedService: Service, CustomStringConvertible {
    let service: any Service

    var description: String { String(describing: type(of: service)) }

    func run() async throws { try await service.run() }
}

extension ServiceGroup {
    /// Runs services in their order, and ends all in the reverse one when one of them fails.
    init(
        named services: [any Service], until signals: [UnixSignal] = [], within longest: Duration? = nil, logger: Logger
    ) {
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(service: NamedService(service: $0), failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: signals, logger: logger)
        configuration.maximumGracefulShutdownDuration = longest
        self.init(configuration: configuration)
    }
}
