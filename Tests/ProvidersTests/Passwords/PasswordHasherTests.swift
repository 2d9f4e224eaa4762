import GatewayKit
import GatewayTestKit
import Logging
import Synchronization
import Testing

@testable import GatewayProviders

@Suite struct PasswordHasherTests {
    private static let cheapArgon2id = PasswordFormat.argon2id(.init(memory: 64, iterations: 1, parallelism: 1))
    private static let cheapBcrypt = PasswordFormat.bcrypt(cost: 4)

    @Test(arguments: PasswordHasherConformance.allCases)
    func `argon2id keeps a hasher's promises`(promise: PasswordHasherConformance) async throws {
        try await promise.verify { try Self.hasher(Self.cheapArgon2id) }
    }

    @Test(arguments: PasswordHasherConformance.allCases)
    func `bcrypt keeps a hasher's promises`(promise: PasswordHasherConformance) async throws {
        try await promise.verify { try Self.hasher(Self.cheapBcrypt) }
    }

    @Test func `either format verifies the other's hashes, and says that they are outdated`() async throws {
        for (old, new) in [(Self.cheapArgon2id, Self.cheapBcrypt), (Self.cheapBcrypt, Self.cheapArgon2id)] {
            for text in ["correct horse", String(repeating: "long ", count: 20)] {
                let hash = try await Self.hasher(old).hash(Password(text))
                let hasher = try Self.hasher(new)
                #expect(try await hasher.verify(Password(text), against: hash) == .matches(isOutdated: true))
                #expect(try await hasher.verify(Password("wrong"), against: hash) == .differs)
            }
        }
    }

    @Test(arguments: [
        (PasswordFormat.argon2id(.init(memory: 129, iterations: 2, parallelism: 1)), true),
        (.argon2id(.init(memory: 128, iterations: 3, parallelism: 1)), true),
        (.argon2id(.init(memory: 64, iterations: 3, parallelism: 1)), true),
        (.argon2id(.init(memory: 256, iterations: 1, parallelism: 1)), true),
        (.argon2id(.init(memory: 128, iterations: 2, parallelism: 1)), false),
        (.argon2id(.init(memory: 64, iterations: 2, parallelism: 1)), false),
        (.argon2id(.init(memory: 128, iterations: 1, parallelism: 1)), false),
        (.argon2id(.init(memory: 128, iterations: 2, parallelism: 4)), false),
    ]) func `an argon2id hash is outdated by more memory or more passes, and by nothing less`(
        present: PasswordFormat, isOutdated: Bool
    ) async throws {
        let stored = PasswordFormat.argon2id(.init(memory: 128, iterations: 2, parallelism: 1))
        let hash = try await Self.hasher(stored).hash(Password("correct horse"))
        let verdict = try await Self.hasher(present).verify(Password("correct horse"), against: hash)
        #expect(verdict == .matches(isOutdated: isOutdated))
    }

    @Test(arguments: [(15, 32, true), (16, 31, true), (16, 32, false), (17, 33, false)])
    func `a shorter salt or tag is outdated, a longer one is not`(
        saltLength: Int, tagLength: Int, isOutdated: Bool
    ) async throws {
        let cost = Argon2id.Parameters(memory: 64, iterations: 1, parallelism: 1)
        let salt = [UInt8](repeating: 1, count: saltLength)
        let tag = try Argon2id.tag(of: Array("text".utf8), salt: salt, length: tagLength, cost)
        let hash = PasswordHash(StoredHash.argon2id(cost, salt: salt, tag: tag).text)
        let verdict = try await Self.hasher(.argon2id(cost)).verify(Password("text"), against: hash)
        #expect(verdict == .matches(isOutdated: isOutdated))
    }

    @Test(arguments: [
        ("U*U", "$2b$04$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFme", true),
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", false),
        ("password", "$bcrypt-sha256$v=2,t=2b,r=4$O9m3jZA.6MwivZS21zHCku$/ES6TWW3Ret.Bv00Evt4xjmol9HaH1m", true),
        ("password", "$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2", true),
    ]) func `a bcrypt hash is outdated by a lower cost, and by more than four times the work`(
        password: String, hash: String, isOutdated: Bool
    ) async throws {
        let verdict = try await Self.hasher(.bcrypt(cost: 5)).verify(Password(password), against: PasswordHash(hash))
        #expect(verdict == .matches(isOutdated: isOutdated))
    }

    @Test(arguments: [(4, 64, false), (5, 64, true), (1, 256, false), (1, 320, true), (1, 56, true)])
    func `an argon2id hash is outdated by less of something, and by more than four times the work`(
        iterations: Int, memory: Int, isOutdated: Bool
    ) throws {
        let its = Argon2id.Parameters(memory: memory, iterations: iterations, parallelism: 1)
        let hash = StoredHash.argon2id(
            its, salt: [UInt8](repeating: 1, count: 16), tag: [UInt8](repeating: 1, count: 32))
        let mine = PasswordFormat.argon2id(.init(memory: 64, iterations: 1, parallelism: 1))
        #expect(mine.outdates(hash) == isOutdated)
    }

    @Test func `what this gateway makes it takes back, however dear, and of others what is affordable`() throws {
        let dear = Argon2id.Parameters(memory: 512 << 10, iterations: 3, parallelism: 1)
        let hash = StoredHash.argon2id(
            dear, salt: [UInt8](repeating: 1, count: 16), tag: [UInt8](repeating: 1, count: 32))
        #expect(try Self.hasher(.argon2id(dear)).adopted(.string(hash.text)).reveal() == hash.text)
        let cheaper = Argon2id.Parameters(memory: 512 << 10, iterations: 2, parallelism: 1)
        for format in [PasswordFormat.argon2id(cheaper), .bcrypt(cost: 12)] {
            #expect(throws: InputRefusal.self) { try Self.hasher(format).adopted(.string(hash.text)) }
        }
    }

    @Test(arguments: [true, false])
    func `beside nobody's work a hash is found as by itself`(isRight: Bool) async throws {
        let hasher = try Self.hasher(.bcrypt(cost: 5))
        let verdict = try await hasher.verifyBesideNobody(
            Password(isRight ? "fargle" : "other"), against: hasher.adopted("{SSHA}FM6N1jTf/0PflNiYX1GDVd0V3b/acp0w"))
        #expect(verdict == (isRight ? .matches(isOutdated: true) : .differs))
    }

    @Test func `a format that cannot be hashed is broken, not a wrong password`() async throws {
        // libargon2 wants eight blocks of memory a lane.
        let format = PasswordFormat.argon2id(.init(memory: 8, iterations: 1, parallelism: 16))
        let hasher = try Self.hasher(format)
        do throws(PasswordHasherError) {
            _ = try await hasher.hash(Password("correct horse"))
            Issue.record("it was hashed")
        } catch {
            guard case .broken(let cause) = error else {
                Issue.record("\(error)")
                return
            }
            #expect("\(cause)" == "libargon2 cannot hash a password (code -14); is there enough memory?")
        }
    }

    @Test func `damaged hashes are logged, once, without their text`() async throws {
        let log = RecordedLog()
        let hasher = try Self.hasher(Self.cheapBcrypt, logger: Logger(label: "test") { _ in log })
        #expect(try await hasher.verify(Password("canary"), against: .noPassword) == .differs)
        #expect(log.lines.withLock { $0 }.isEmpty, "it is not damaged")
        for text in ["canary", "$2b$31$canary"] {
            #expect(try await hasher.verify(Password("canary"), against: PasswordHash(text)) == .differs)
        }
        #expect(
            log.lines.withLock { $0 } == [
                "warning: a stored password hash cannot be read or asks for too much; its account must reset its password"
            ])
    }

    @Test func `the modules hash with their default settings, on one pool that the gateway stops`() async throws {
        let kept = KeptParts()
        let prefixes = ["argon2id": "$argon2id$v=19$m=19456,t=2,p=1$", "bcrypt": "$2b$12$"]
        for (module, prefix) in prefixes {
            let hasher = try await Slot.passwords.product(
                of: .scalar(module), among: .providers, with: .forTests(kept: kept))
            #expect(try await hasher.hash(Password("correct horse")).reveal().hasPrefix(prefix))
            #expect(kept.services.all.count == 1)
            #expect(kept.services.all.first is HashingPool)
        }
    }

    static func hasher(_ format: PasswordFormat, logger: Logger = Logger(label: "test")) throws -> PooledPasswordHasher
    {
        try PooledPasswordHasher(
            format: format, policy: PasswordPolicy(minimumLength: 8, maximumLength: 256) { _ in false },
            provision: .forTests(logger: logger))
    }
}

private final class RecordedLog: LogHandler {
    let lines = Mutex<[String]>([])

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { lines.withLock { $0.append("\(event.level): \(event.message)") } }
}
