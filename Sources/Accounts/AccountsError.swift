public import GatewayKit

/// How a caller of a flow can react when something is broken or out of reach; a refusal is never an error.
@nonexhaustive
public enum AccountsError: Error, Sendable {
    /// Too much is being hashed or changed now: say 503 with that Retry-After. Nothing was done.
    case busy(retryAfter: Duration)
    /// The store is out of reach, or there is no key to sign with: say 503.
    case unavailable(cause: any Error)
    /// Nobody can tell whether it was done: say 503, and never repeat it blindly.
    case outcomeUnknown(cause: any Error)
    /// An operator must look.
    case broken(cause: any Error)
}

extension AccountsError {
    /// What a failure of the store means for the caller of a flow.
    public init(_ error: StorageError) {
        self =
            switch error {
            case .unavailable(let cause): .unavailable(cause: cause)
            case .outcomeUnknown(let cause): .outcomeUnknown(cause: cause)
            case .broken(let cause): .broken(cause: cause)
            }
    }

    init(_ error: PasswordHasherError) {
        self =
            switch error {
            case .busy(let retryAfter): .busy(retryAfter: retryAfter)
            case .broken(let cause): .broken(cause: cause)
            }
    }

    init(_ error: TokenIssuerError) {
        self =
            switch error {
            case .noKey: .unavailable(cause: error)
            case .broken(let cause): .broken(cause: cause)
            }
    }
}

/// What the store says cannot be, such as an account that vanishes inside a transaction.
struct Inconsistency: Error, CustomStringConvertible {
    let description: String
}

// The roles as flows call them, so that each flow throws one kind of error.

extension Storage {
    func look<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(AccountsError) -> Result {
        do { return try await read(body) } catch { throw AccountsError(error) }
    }

    func commit<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(AccountsError) -> Result {
        do { return try await write(body) } catch { throw AccountsError(error) }
    }
}

extension PasswordHasher {
    func newHash(of password: Password) async throws(AccountsError) -> PasswordHash {
        do { return try await hash(password) } catch { throw AccountsError(error) }
    }
}

extension AccountRecords {
    /// Stores an account whose name and address have not changed.
    func save(_ account: Account) throws(StorageError) {
        guard try update(account) == .stored else {
            throw .broken(cause: Inconsistency(description: "an account could not be stored again"))
        }
    }
}
