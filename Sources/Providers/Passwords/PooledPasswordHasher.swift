import GatewayKit
import Logging
import Synchronization

/// Hashes passwords on a ``HashingPool`` with the format of the settings, and verifies every format it knows.
///
/// The modules stand in `Argon2idModule.swift` and `BcryptModule.swift`, their common policy in
/// `PasswordPolicySettings.swift` and `CommonPasswords.swift`. In `Formats/`, `PasswordFormat` makes hashes,
/// `StoredHash` reads and checks them, `ForeignHash.swift` takes over what other systems write, and the rest are the
/// formats. `HashingPool` and `HashingQueue` hold the threads, and `HashingWatch` tells operators of them.
final class PooledPasswordHasher: PasswordHasher {
    let policy: PasswordPolicy
    private let format: PasswordFormat
    private let nobody: StoredHash
    private let pool: HashingPool
    private let random: any RandomSource
    private let logger: Logger
    private let hasWarned = Mutex(false)

    /// States the parts; throws ``HashingFailure`` when the format cannot be had from its library.
    init(
        format: PasswordFormat, policy: PasswordPolicy, pool: HashingPool, random: any RandomSource, logger: Logger
    ) throws(HashingFailure) {
        self.format = format
        self.policy = policy
        self.pool = pool
        self.random = random
        self.logger = logger
        nobody = try format.nobody(salt: random.bytes(PasswordFormat.saltLength))
    }

    func hash(_ password: Password) async throws(PasswordHasherError) -> PasswordHash {
        let salt = random.bytes(PasswordFormat.saltLength)
        let hash = try await work { [format] () throws(HashingFailure) in
            try format.hash(password.reveal(), salt: salt)
        }
        return PasswordHash(hash.text)
    }

    func verify(
        _ password: Password, against hash: PasswordHash
    ) async throws(PasswordHasherError) -> PasswordVerdict {
        guard let stored = StoredHash(hash.reveal()) else {
            if hash != .noPassword { warnOnce() }
            try await verifyNobody(password)
            return .differs
        }
        let isRight = try await work { () throws(HashingFailure) in try stored.matches(password.reveal()) }
        return isRight ? .matches(isOutdated: format.outdates(stored)) : .differs
    }

    func verifyNobody(_ password: Password) async throws(PasswordHasherError) {
        _ = try await work { [nobody] () throws(HashingFailure) in try nobody.matches(password.reveal()) }
    }

    func verifyBesideNobody(
        _ password: Password, against hash: PasswordHash
    ) async throws(PasswordHasherError) -> PasswordVerdict {
        guard let stored = StoredHash(hash.reveal()) else { return try await verify(password, against: hash) }
        let isRight = try await work { [nobody] () throws(HashingFailure) in
            _ = try nobody.matches(password.reveal())
            return try stored.matches(password.reveal())
        }
        return isRight ? .matches(isOutdated: format.outdates(stored)) : .differs
    }

    func adopted(_ foreign: JSONValue) throws(InputRefusal) -> PasswordHash {
        // What this gateway makes itself it takes back, however dear its operator wants it.
        if let own = foreign.string.flatMap({ StoredHash($0) }), format.affords(own) { return PasswordHash(own.text) }
        return PasswordHash(try StoredHash(foreign: foreign).text)
    }

    private func work<Outcome: Sendable>(
        _ body: @escaping @Sendable () throws(HashingFailure) -> Outcome
    ) async throws(PasswordHasherError) -> Outcome {
        let outcome = try await pool.run { Result(catching: body) }
        switch outcome {
        case .success(let value): return value
        case .failure(let failure): throw .broken(cause: failure)
        }
    }

    private func warnOnce() {
        let isFirst = hasWarned.withLock { hasWarned in
            defer { hasWarned = true }
            return !hasWarned
        }
        guard isFirst else { return }
        logger.warning(
            "a stored password hash cannot be read or asks for too much; its account must reset its password"
        )
    }
}
