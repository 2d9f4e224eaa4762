import GatewayHTTP
import GatewayKit
import Logging

/// The phase in which effects begin: makes the chosen modules' products, in the order of the slots.
struct Making: Sendable {
    let deployment: Deployment
    let logger: Logger
    /// The background work that modules have handed over.
    let services = ServiceList()

    init(_ deployment: Deployment, logger: Logger) {
        self.deployment = deployment
        self.logger = logger
    }

    /// The store alone, which is all that some verbs need.
    func store() async throws(Failure) -> any Storage {
        try await make(deployment.settings.storage, "storage", store: nil)
    }

    /// Everything that flows, endpoints and the pipeline are built on.
    func products() async throws(Failure) -> Products {
        let settings = deployment.settings
        let store = try await store()
        let hasher = try await make(settings.passwords, "passwords", store: store)
        let issuer = try await make(settings.tokens, "tokens", store: store)
        let mailer = try await make(settings.mail, "mail", store: store)
        var stages: [PipelineStage] = []
        for (index, choice) in settings.pipeline.enumerated() {
            stages.append(try await make(choice, "pipeline[\(index)]", store: store))
        }
        return Products(store: store, hasher: hasher, issuer: issuer, mailer: mailer, stages: stages)
    }

    /// The deployment's own keys; a missing file is made.
    func keyring() throws(Failure) -> SecretKeyring {
        let server = deployment.settings.server
        do throws(SecretFileError) {
            return try SecretFile(
                path: deployment.path(server.secretFile), allowsReadable: server.allowsReadableSecretFile
            ).keyring(random: deployment.host.random)
        } catch {
            throw Failure("\(error)")
        }
    }

    private func make<Product>(
        _ choice: ModuleChoice<Product>, _ path: String, store: (any Storage)?
    ) async throws(Failure) -> Product {
        var logger = logger
        logger[metadataKey: "module"] = "\(choice.name)"
        let provision = Provision(
            logger: logger, time: deployment.host.time, random: deployment.host.random,
            folder: deployment.file.folder, publicURL: deployment.settings.server.publicURL, keyring: try keyring(),
            storage: store, services: services)
        do {
            return try await choice.make(provision)
        } catch {
            throw Failure("\(path): cannot start '\(choice.name)': \(error)")
        }
    }
}

/// What the modules have made.
struct Products: Sendable {
    let store: any Storage
    let hasher: any PasswordHasher
    let issuer: any TokenIssuer
    let mailer: any Mailer
    let stages: [PipelineStage]
}
