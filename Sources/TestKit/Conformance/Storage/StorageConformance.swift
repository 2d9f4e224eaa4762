public import GatewayKit
public import Testing

/// What every `Storage` must keep, promise by promise.
///
/// A module author runs all of it as one parameterized test:
///
/// ```swift
/// @Test(arguments: StorageConformance.checks)
/// func `the pigeon loft keeps every promise of storage`(check: StorageConformance.Check) async throws {
///     let folder = try TemporaryFolder()
///     try await check.verify(in: StoragePlace { try await PigeonLoft.open(folder.path) })
/// }
/// ```
///
/// The checks of each kind of records stand in a file of its own; `Sample.swift` is what they store.
public enum StorageConformance {
    /// Every check; each wants a place of its own.
    public static let checks: [Check] =
        transactions + accounts + registrations + sessions + cookies + apiKeys + links + keys + outbox + revocations
        + audit + guesses + imports + bounds + sharing

    /// One promise and how it is tried.
    public struct Check: Sendable, CustomTestStringConvertible {
        /// The promise, as a sentence.
        public let sentence: String
        private let body: @Sendable (StoragePlace) async throws -> Void

        init(_ sentence: String, _ body: @escaping @Sendable (any Storage) async throws -> Void) {
            self.sentence = sentence
            self.body = { place in try await body(try await place.open()) }
        }

        init(_ sentence: String, reopening body: @escaping @Sendable (StoragePlace) async throws -> Void) {
            self.sentence = sentence
            self.body = { place in
                if let reason = place.reasonNotToReopen { try Test.cancel("\(reason)") }
                try await body(place)
            }
        }

        /// Tries the promise on the store of a place that is empty yet; records an issue with Swift Testing when it is
        /// not kept.
        public func verify(in place: StoragePlace) async throws { try await body(place) }

        public var testDescription: String { sentence }
    }
}

/// Where one store's data lies.
public struct StoragePlace: Sendable {
    let reasonNotToReopen: String?
    private let opening: @Sendable () async throws -> any Storage

    /// A place whose store `open` opens: empty the first time, and with the same data again whenever it is called.
    public init(_ open: @escaping @Sendable () async throws -> any Storage) {
        reasonNotToReopen = nil
        opening = open
    }

    /// A store that loses its data when it is closed, with the reason why that is right; the checks that reopen it are
    /// then cancelled with that reason.
    public init(only storage: any Storage, because reason: String) {
        reasonNotToReopen = reason
        opening = { storage }
    }

    func open() async throws -> any Storage { try await opening() }
}

extension Storage {
    /// `read`, for closures that spare the annotation of their error.
    func reading<Result: Sendable>(_ body: @escaping @Sendable (any Records) throws -> Result) async throws -> Result {
        try await read { records throws(StorageError) in try typed { try body(records) } }
    }

    /// `write`, for closures that spare the annotation of their error.
    @discardableResult
    func writing<Result: Sendable>(_ body: @escaping @Sendable (any Records) throws -> Result) async throws -> Result {
        try await write { records throws(StorageError) in try typed { try body(records) } }
    }
}

private func typed<Result>(_ body: () throws -> Result) throws(StorageError) -> Result {
    do {
        return try body()
    } catch let error as StorageError {
        throw error
    } catch {
        throw .broken(cause: error)
    }
}
