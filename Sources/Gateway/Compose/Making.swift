import CoreMetrics
import GatewayAccounts
import GatewayHTTP
import GatewayKit
import Logging

/// The phase in which effects begin: makes the chosen modules' products, in the order of the slots.
struct Making: Sendable {
    let deployment: Deployment
    /// Whether a deployment that is not there is begun.
    let mayCreate: Bool
    let logger: Logger
    let metrics: any MetricsFactory
    /// What goes on when the file is read again.
    let kept: KeptParts
    /// The background work that modules have handed over.
    let services = ServiceList()

    init(
        _ deployment: Deployment, mayCreate: Bool, logger: Logger,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, kept: KeptParts = KeptParts()
    ) {
        self.deployment = deployment
        self.mayCreate = mayCreate
        self.logger = logger
        self.metrics = metrics
        self.kept = kept
    }

    /// The store alone, which is all that some verbs need, with the schema that this program knows.
    func store() async throws(Failure) -> any Storage {
        let store = try await storeOfAnySchema()
        do {
            try await store.checkReadiness()
        } catch {
            throw Failure("storage: \(error.cause)")
        }
        return store
    }

    /// The store whatever its schema is like: a shared one is brought up when an operator says so.
    func storeOfAnySchema() async throws(Failure) -> any Storage {
        try await make(deployment.settings.storage, "storage", keyring: nil, store: nil)
    }

    /// What new passwords must be, as the chosen hasher has it.
    func passwordPolicy() async throws(Failure) -> PasswordPolicy {
        try await make(deployment.settings.passwords, "passwords", keyring: nil, store: nil).policy
    }

    /// What operators do, over the store and a hasher alone.
    func administration() async throws(Failure) -> Administration {
        let settings = deployment.settings
        let (store, keyring) = try await storeAndKeyring()
        return Administration(
            storage: store, hasher: try await make(settings.passwords, "passwords", keyring: keyring, store: store),
            outbox: Outbox(keyring: keyring, signal: Signal()), links: settings.links,
            publicURL: settings.server.publicURL, follower: NoFollower(), time: deployment.host.time,
            random: deployment.host.random)
    }

    /// What the verbs about keys work with; throws ``Failure`` where the issuer's keys are not the gateway's to handle.
    func keyCare() async throws(Failure) -> KeyCare {
        let tokens = deployment.settings.tokens
        let (store, keyring) = try await storeAndKeyring()
        guard let keys = try await make(tokens, "tokens", keyring: keyring, store: store).signingKeys else {
            throw Failure("tokens: the keys of '\(tokens.name)' are handled elsewhere")
        }
        return KeyCare(
            keys: keys, store: store, outbox: Outbox(keyring: keyring, signal: Signal()),
            time: deployment.host.time)
    }

    /// What the verbs about mails work with.
    func mailCare() async throws(Failure) -> MailCare {
        let (store, keyring) = try await storeAndKeyring()
        return MailCare(
            storage: store, outbox: Outbox(keyring: keyring, signal: Signal()), time: deployment.host.time)
    }

    /// The store, and what issues and checks the gateway's own tokens.
    func storeAndIssuer() async throws(Failure) -> (any Storage, any TokenIssuer) {
        let (store, keyring) = try await storeAndKeyring()
        return (store, try await make(deployment.settings.tokens, "tokens", keyring: keyring, store: store))
    }

    /// Everything that flows, endpoints and the pipeline are built on, over a store that is open already or one that is
    /// opened now. The issuer comes last: it may begin a key of another algorithm, which nothing takes back where a
    /// module behind it cannot start.
    func products(over ground: (any Storage, SecretKeyring)? = nil) async throws(Failure) -> Products {
        let settings = deployment.settings
        let (store, keyring): (any Storage, SecretKeyring)
        if let ground { (store, keyring) = ground } else { (store, keyring) = try await storeAndKeyring() }
        let hasher = try await make(settings.passwords, "passwords", keyring: keyring, store: store)
        let mailer = try await make(settings.mail, "mail", keyring: keyring, store: store)
        var stages: [PipelineStage] = []
        for (index, choice) in settings.pipeline.enumerated() {
            stages.append(try await make(choice, "pipeline[\(index)]", keyring: keyring, store: store))
        }
        let issuer = try await make(settings.tokens, "tokens", keyring: keyring, store: store)
        return Products(
            store: store, keyring: keyring, hasher: hasher, issuer: issuer, mailer: mailer, stages: stages)
    }

    /// The store, and the keys that it is sealed with.
    func storeAndKeyring() async throws(Failure) -> (any Storage, SecretKeyring) {
        let store = try await store()
        return (store, try await keyring(for: store))
    }

    /// The deployment's own keys. A missing file is made for a new store alone: what an older one holds was sealed with
    /// the keys of the file that is gone.
    private func keyring(for store: any Storage) async throws(Failure) -> SecretKeyring {
        let file = secretFile
        do {
            if file.isMissing {
                guard !store.isShared else {
                    throw SecretFileError(
                        path: file.path,
                        what: "is missing; all gateways of one database have the same: copy another's, or make the "
                            + "first by docs/postgres.md")
                }
                let isUsed = try await store.read { records throws(StorageError) in try Self.isUsed(records) }
                // Another process may have made it meanwhile, and the store's first account or key with it.
                guard !isUsed || !file.isMissing else {
                    throw SecretFileError(
                        path: file.path, what: "is missing, and the store may hold what only it opens: restore it")
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

    private var secretFile: SecretFile {
        let server = deployment.settings.server
        return SecretFile(
            path: deployment.path(server.secretFile), allowsReadable: server.allowsReadableSecretFile)
    }

    /// Whether the secret file says now what a keyring was made of; throws ``Failure`` when it cannot be read.
    func isUnchanged(_ keyring: SecretKeyring) throws(Failure) -> Bool {
        do {
            return try secretFile.keyring() == keyring
        } catch {
            throw Failure("server.secret_file: \(error)")
        }
    }

    /// Whether a store holds anything that was sealed, or could have been.
    private static func isUsed(_ records: any Records) throws(StorageError) -> Bool {
        let mails = try records.outbox.counts()
        if mails.waiting + mails.parked > 0 { return true }
        let (keys, accounts) = (try records.keys.all(), try records.accounts.page(after: nil, limit: 1))
        return !keys.isEmpty || !accounts.isEmpty
    }

    private func make<Product>(
        _ choice: ModuleChoice<Product>, _ path: String, keyring: SecretKeyring?, store: (any Storage)?
    ) async throws(Failure) -> Product {
        var logger = logger
        logger[metadataKey: LogKey.module] = "\(choice.name)"
        let provision = Provision(
            logger: logger, time: deployment.host.time, random: deployment.host.random,
            folder: deployment.file.folder, publicURL: deployment.settings.server.publicURL, mayCreate: mayCreate,
            keyring: keyring, storage: store, services: services, metrics: metrics, kept: kept)
        do {
            return try await choice.make(provision)
        } catch let missing as MissingStore {
            throw Failure("\(missing)")
        } catch {
            throw Failure("\(path): cannot start '\(choice.name)': \(error)")
        }
    }
}

/// What the modules have made, and the keys that they seal with.
struct Products: Sendable {
    let store: any Storage
    let keyring: SecretKeyring
    let hasher: any PasswordHasher
    let issuer: any TokenIssuer
    let mailer: any Mailer
    let stages: [PipelineStage]
}

/// Signing keys, and what else the secret file seals.
struct KeyCare: Sendable {
    let keys: any SigningKeys
    let store: any Storage
    let outbox: Outbox
    let time: any TimeSource
}
