import GatewayHTTP
import GatewayKit
import Logging

/// The phase in which effects begin: makes the chosen modules' products, in the order of the slots.
struct Making: Sendable {
    let deployment: Deployment
    /// Whether a deployment that is not there is begun.
    let mayCreate: Bool
    let logger: Logger
    /// The background work that modules have handed over.
    let services = ServiceList()

    init(_ deployment: Deployment, mayCreate: Bool, logger: Logger) {
        self.deployment = deployment
        self.mayCreate = mayCreate
        self.logger = logger
    }

    /// The store alone, which is all that some verbs need.
    func store() async throws(Failure) -> any Storage {
        try await make(deployment.settings.storage, "storage", keyring: nil, store: nil)
    }

    /// What the flows are built on.
    func flowParts() async throws(Failure) -> FlowParts {
        let settings = deployment.settings
        let store = try await store()
        let keyring = try await keyring(for: store)
        return FlowParts(
            store: store, keyring: keyring,
            hasher: try await make(settings.passwords, "passwords", keyring: keyring, store: store),
            issuer: try await make(settings.tokens, "tokens", keyring: keyring, store: store))
    }

    /// Everything that flows, endpoints and the pipeline are built on.
    func products() async throws(Failure) -> Products {
        let settings = deployment.settings
        let parts = try await flowParts()
        let mailer = try await make(settings.mail, "mail", keyring: parts.keyring, store: parts.store)
        var stages: [PipelineStage] = []
        for (index, choice) in settings.pipeline.enumerated() {
            let path = "pipeline[\(index)]"
            stages.append(try await make(choice, path, keyring: parts.keyring, store: parts.store))
        }
        return Products(parts: parts, mailer: mailer, stages: stages)
    }

    /// The deployment's own keys. A missing file is made for a new store alone: what an older one holds was sealed with
    /// the keys of the file that is gone.
    private func keyring(for store: any Storage) async throws(Failure) -> SecretKeyring {
        let server = deployment.settings.server
        let file = SecretFile(
            path: deployment.path(server.secretFile), allowsReadable: server.allowsReadableSecretFile)
        do {
            if file.isMissing {
                let isUsed = try await store.read { records throws(StorageError) in try !records.keys.all().isEmpty }
                // Another process may have made it meanwhile, and the store's first key with it.
                guard !isUsed || !file.isMissing else {
                    throw SecretFileError(
                        path: file.path, what: "is missing, and the store holds keys that only it opens: restore it")
                }
                guard mayCreate else {
                    throw SecretFileError(path: file.path, what: "is missing; the first start makes it")
                }
                try file.make(random: deployment.host.random)
            }
            return try file.keyring()
        } catch {
            throw Failure("\(error)")
        }
    }

    private func make<Product>(
        _ choice: ModuleChoice<Product>, _ path: String, keyring: SecretKeyring?, store: (any Storage)?
    ) async throws(Failure) -> Product {
        var logger = logger
        logger[metadataKey: LogKey.module] = "\(choice.name)"
        let provision = Provision(
            logger: logger, time: deployment.host.time, random: deployment.host.random,
            folder: deployment.file.folder, publicURL: deployment.settings.server.publicURL, mayCreate: mayCreate,
            keyring: keyring, storage: store, services: services)
        do {
            return try await choice.make(provision)
        } catch let missing as MissingStore {
            throw Failure("\(missing)")
        } catch {
            throw Failure("\(path): cannot start '\(choice.name)': \(error)")
        }
    }
}

/// What the flows are built on.
struct FlowParts: Sendable {
    let store: any Storage
    let keyring: SecretKeyring
    let hasher: any PasswordHasher
    let issuer: any TokenIssuer
}

/// What the modules have made.
struct Products: Sendable {
    let parts: FlowParts
    let mailer: any Mailer
    let stages: [PipelineStage]
}
